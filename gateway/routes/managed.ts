/**
 * The one list of what Sekisho serves itself, to callers with a Sekisho key. All of it is answered by the console;
 * nothing of it is a call to a model, so nothing but a search is recorded. Pass-through calls never come here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Call } from '../steps/call.ts';
import { endOf } from '../steps/client-gone.ts';
import { dotSegmentError, hasDotSegment } from '../steps/dot-segment.ts';
import { toClientHeaders } from '../steps/headers.ts';
import { isOurId } from '../steps/our-id.ts';
import { readBody } from '../steps/read-body.ts';
import { search, SEARCH_PATH, type Searching } from '../steps/search.ts';
import type { ConsoleLink } from '../upstreams/console.ts';

/** Served whole. */
const OURS = new Set(['prompts', 'feedback', 'datasets', 'exports']);
/** Ours and the provider's side by side, told apart by the id: ours is a prefix and a UUIDv7. */
const SHARED: ReadonlyMap<string, string> = new Map([
  ['files', 'file-'],
  ['vector_stores', 'vs_'],
  ['evals', 'eval_'],
]);
const GRADERS = /^\/v1\/fine_tuning\/alpha\/graders(?:\/|$)/;
const MAX_SEARCH_BYTES = 1024 * 1024;

/** Whether we serve `path` (which begins with /v1/) ourselves. */
export function isManaged(path: string): boolean {
  const [name = '', id = ''] = path.slice('/v1/'.length).split('/', 2);
  if (OURS.has(name)) return true;
  const prefix = SHARED.get(name);
  if (prefix !== undefined) return id === '' || isOurId(prefix, id);
  return GRADERS.test(path);
}

/** Of the managed calls, those that leave a record. */
export function isRecorded(call: Pick<Call, 'method' | 'path'>): boolean {
  return call.method === 'POST' && SEARCH_PATH.test(call.path);
}

/** Uploads are told apart by what they are for: see upload.ts. */
export function isUpload(call: Pick<Call, 'method' | 'path'>): boolean {
  return call.method === 'POST' && call.path === '/v1/files';
}

/** Serves a call for which `isManaged` holds. @throws AppError */
export async function serveManaged(
  searching: Searching,
  call: Call,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (hasDotSegment(call.path)) throw dotSegmentError();
  if (!isRecorded(call)) return passOn(searching.link, call, request, response, bodyOf(request));
  const body = await readBody(request, MAX_SEARCH_BYTES);
  const signal = endOf(response);
  const { status, headers, bytes } = await search(searching, call, request.headers, body, signal);
  response.writeHead(status, toClientHeaders(headers, call.trace_id));
  response.end(bytes);
}

/** Streams `body` to the console and its answer to the client. @throws AppError while nothing was answered yet */
export async function passOn(
  link: ConsoleLink,
  { principal, method, path, query }: Call,
  request: IncomingMessage,
  response: ServerResponse,
  body: Readable | undefined,
): Promise<void> {
  const { headers } = request;
  const answer = await link.send({ principal, method, path, query, headers, body, signal: endOf(response) });
  response.writeHead(answer.statusCode, toClientHeaders(answer.headers));
  // An answer that breaks is broken for the client too, and who has left is not told.
  await pipeline(answer.body, response).catch(() => response.destroy());
}

function bodyOf(request: IncomingMessage): IncomingMessage | undefined {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return Number(length ?? 0) > 0 || encoding !== undefined ? request : undefined;
}
