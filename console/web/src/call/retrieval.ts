/** A search of a source, as a call records it: the question, and what was found. */
import type { SpanDetail } from '../../../contract/calls.ts';

export type Hit = { file_id: string; filename: string; score: number | undefined; text: string };
export type Retrieval = { queries: string[]; hits: Hit[]; store: string };

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function parse(raw: string): Json {
  try {
    const value: unknown = JSON.parse(raw);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** What a retrieval asked and found; undefined for any other call, and where its bodies were not kept. */
export function findRetrieval(
  call: Pick<SpanDetail, 'span_type' | 'request_raw' | 'response_raw' | 'attributes'>,
): Retrieval | undefined {
  if (call.span_type !== 'retrieval' || call.response_raw === '') return undefined;
  const asked = parse(call.request_raw);
  const found = parse(call.response_raw);
  const queries = [asked['query'] ?? found['search_query']].flat().map(text).filter(Boolean);
  const hits = list(found['data'])
    .filter(isObject)
    .map((hit) => ({
      file_id: text(hit['file_id']),
      filename: text(hit['filename']),
      score: typeof hit['score'] === 'number' ? hit['score'] : undefined,
      text: list(hit['content'])
        .map((part) => (isObject(part) ? text(part['text']) : ''))
        .join('\n'),
    }));
  const path = call.attributes['url.path'] ?? '';
  return { queries, hits, store: /\/vector_stores\/([\w-]+)\/search$/.exec(path)?.[1] ?? '' };
}

/** Whether a call says that it looked something up: then there are retrievals in its trace. */
export function hasSearched(call: Pick<SpanDetail, 'span_type' | 'output_messages'>): boolean {
  const parts = call.output_messages.flatMap(({ parts: all }) => all);
  return (
    call.span_type === 'llm' && parts.some((part) => part.type === 'tool_call' && part.name === 'file_search')
  );
}
