/** POST /v1/files: a file that is ours goes to the console, any other to the provider; its purpose says which. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FILE_PURPOSES } from '../../collector/record/source.ts';
import { type AppError, toAppError } from '../../errors.ts';
import type { Call } from '../steps/call.ts';
import { type Capturing, sentByShape } from '../steps/capture.ts';
import { Relay } from '../steps/forward.ts';
import { toUpstreamHeaders } from '../steps/headers.ts';
import type { HeldUpload, Uploads } from '../steps/hold-upload.ts';
import { respondError } from '../steps/respond.ts';
import type { ConsoleLink } from '../upstreams/console.ts';
import { toUpstreamPath, type Upstream } from '../upstreams/upstream.ts';
import { passOn } from './managed.ts';

const EMPTY = Buffer.alloc(0);
const KEPT_BYTES = 1024 * 1024;
const OURS: readonly string[] = FILE_PURPOSES;

export type Uploading = { capturing: Capturing; link: ConsoleLink; uploads: Uploads };

/** Serves an upload from a caller with a Sekisho key. */
export async function serveUpload(
  { capturing, link, uploads }: Uploading,
  call: Call,
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const held = await uploads.hold(request);
    response.once('close', () => void held.release());
    // The client may have left while the last of it was written.
    if (response.destroyed) return await held.release();
    if (!OURS.includes(held.purpose)) return toProvider(capturing, call, upstream, request, response, held);
    await passOn(link, call, request, response, held.body);
  } catch (thrown) {
    if (response.destroyed) return;
    const error = toAppError(thrown);
    // Nobody reads the rest of the file: the connection is of no use any more.
    if (!request.complete) response.setHeader('connection', 'close');
    respondError(response, error);
  }
}

function toProvider(
  capturing: Capturing,
  call: Call,
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
  held: HeldUpload,
): void {
  const size = Number(request.headers['content-length'] ?? 0);
  const headers = toUpstreamHeaders(request.headers, call.principal.way, upstream.authorization);
  if (size > 0) headers['content-length'] = String(size);
  const keeping = { size, textUpTo: KEPT_BYTES };
  const capture = capturing.open(call, sentByShape(upstream), request.headers, EMPTY, keeping);
  const fail = (error: AppError) => respondError(response, error, call.trace_id, capture);
  const path = toUpstreamPath(upstream, call.path, call.query);
  const forwarding = { upstream, method: 'POST', path, headers, body: held.body, original: undefined };
  new Relay(forwarding, capture, { response, trace_id: call.trace_id, fail }).send();
}
