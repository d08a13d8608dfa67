/** The sources of a searched call: every store asked at once, each a span below the call's, the best hits together. */
import type { IncomingHttpHeaders } from 'node:http';
import { AppError, ERROR_CODES, type ErrorCode } from '../../errors.ts';
import type { Json } from '../prompts/ask.ts';
import { isObject } from '../stream/cite.ts';
import { beginChild, type Call } from './call.ts';
import { search, type Searched, type Searching } from './search.ts';

/** What the search gives where nobody says how many. */
const DEFAULT_RESULTS = 10;
const MAX_RESULTS = 50;

/** A `file_search` tool of a request, whose stores are ours. */
export type Tool = Json & { vector_store_ids: string[] };
export type Source = { file_id: string; filename: string; score: number; text: string; attributes: unknown };

/** At most as many sources as the tools want, best first. @throws AppError of the first store that fails */
export async function findSources(
  searching: Searching,
  call: Call,
  headers: IncomingHttpHeaders,
  tools: readonly Tool[],
  query: string,
  signal: AbortSignal,
): Promise<Source[]> {
  const asked = tools.flatMap((tool) => {
    const body = Buffer.from(JSON.stringify(toSearch(tool, query)));
    return [...new Set(tool.vector_store_ids)].map((id) => ({ id, body }));
  });
  // Only what says whose call it is: the rest is about the call's own body.
  const own = { ...headers };
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding', 'accept', 'accept-encoding'])
    delete own[name];
  own['content-type'] = 'application/json';
  const answers = await Promise.all(
    asked.map(async ({ id, body }) => {
      const child = beginChild(call, 'POST', `/v1/vector_stores/${id}/search`);
      return toSources(id, await search(searching, child, own, body, signal));
    }),
  );
  const limit = Math.min(MAX_RESULTS, Math.max(...tools.map(toLimit)));
  return distinct(answers.flat())
    .toSorted((a, b) => b.score - a.score)
    .slice(0, limit);
}

function toLimit({ max_num_results: wanted }: Tool): number {
  return typeof wanted === 'number' ? wanted : DEFAULT_RESULTS;
}

function toSearch({ max_num_results, ranking_options, filters }: Tool, query: string): Json {
  return { query, max_num_results, ranking_options, filters };
}

/** @throws AppError as the console has it: a store that is missing, a filter that is none */
function toSources(id: string, { status, bytes }: Searched): Source[] {
  const body = parse(bytes);
  if (status >= 400) throw toError(id, status, body);
  const data = Array.isArray(body['data']) ? (body['data'] as unknown[]) : [];
  return data.filter(isObject).map((hit) => ({
    file_id: String(hit['file_id']),
    filename: String(hit['filename']),
    score: Number(hit['score']),
    text: textOf(hit['content']),
    attributes: hit['attributes'] ?? null,
  }));
}

function toError(id: string, status: number, { error }: Json): AppError {
  const { code, message } = isObject(error) ? error : {};
  if (status === 404) {
    const param = 'tools.vector_store_ids';
    return new AppError('not_found', `This project has no vector store ${id}.`, { param });
  }
  if (typeof code === 'string' && Object.hasOwn(ERROR_CODES, code) && typeof message === 'string') {
    return new AppError(code as ErrorCode, message, { param: 'tools' });
  }
  return new AppError('console_unavailable', 'The vector stores cannot be searched just now.');
}

function parse(bytes: Buffer): Json {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('\n');
}

/** The same piece may lie in two stores. */
function distinct(sources: readonly Source[]): Source[] {
  return [...new Map(sources.map((source) => [`${source.file_id} ${source.text}`, source])).values()];
}
