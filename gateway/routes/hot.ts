/** The hot path: the JSON endpoints that models are called by. Bytes in, bytes out; parsed once. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toAppError, type AppError } from '../../errors.ts';
import type { Capturing, Sent } from '../steps/capture.ts';
import type { Call } from '../steps/call.ts';
import { Relay } from '../steps/forward.ts';
import { toUpstreamHeaders } from '../steps/headers.ts';
import { inspectBody, withIncludeUsage, type Inspected } from '../steps/inspect.ts';
import { readBody } from '../steps/read-body.ts';
import { respondError } from '../steps/respond.ts';
import { toUpstreamPath, type Upstream } from '../upstreams/upstream.ts';

/** Path and GenAI operation of each. */
export const HOT_ROUTES: ReadonlyMap<string, string> = new Map([
  ['/v1/chat/completions', 'chat'],
  ['/v1/responses', 'chat'],
  ['/v1/completions', 'text_completion'],
  ['/v1/embeddings', 'embeddings'],
]);

const USAGE_ROUTES = new Set(['/v1/chat/completions', '/v1/completions']);
const UNKNOWN: Inspected = { model: '', stream: false, include_usage: undefined };
const EMPTY = Buffer.alloc(0);

export type HotContext = { capturing: Capturing };

/** Serves `call`, whose path is one of HOT_ROUTES and whose method is POST. */
export async function serveHot(
  context: HotContext,
  call: Call,
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let body: Buffer = EMPTY;
  try {
    body = await readBody(request);
    const isPlain = request.headers['content-encoding'] === undefined;
    const inspected = isPlain ? inspectBody(body) : UNKNOWN;
    relay(context, call, upstream, request, response, body, inspected);
  } catch (thrown) {
    const error = toAppError(thrown);
    const sent = describe(call, upstream, UNKNOWN, false);
    const size = Number(request.headers['content-length'] ?? body.length);
    const capture = context.capturing.open(call, sent, request.headers, body, {
      size: Math.max(size, body.length),
    });
    // a request that was read to its end is destroyed too: only an incomplete one means that the client left
    if (response.destroyed || (request.destroyed && !request.complete)) {
      capture.close({ outcome: 'cancelled', status: 0, error_type: 'client_disconnected' }, () => {});
    } else {
      if (error.code === 'body_too_large') response.setHeader('connection', 'close');
      respondError(response, error, call.trace_id, capture);
    }
  }
}

function relay(
  { capturing }: HotContext,
  call: Call,
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  inspected: Inspected,
): void {
  const injects = asksForUsage(call, upstream, inspected);
  const headers = toUpstreamHeaders(request.headers, call.principal.way, upstream.authorization);
  // A compressed stream could be neither watched for its end nor relieved of what we asked for.
  if (inspected.stream) headers['accept-encoding'] = 'identity';
  const forwarding = {
    upstream,
    method: 'POST',
    path: toUpstreamPath(upstream, call.path, call.query),
    headers,
    body: injects ? withIncludeUsage(body) : body,
    original: injects ? body : undefined,
  };
  // Only queued here: OPEN is written at the end of this turn, when the upstream call is under way.
  const capture = capturing.open(call, describe(call, upstream, inspected, injects), request.headers, body);
  const fail = (error: AppError) => respondError(response, error, call.trace_id, capture);
  new Relay(forwarding, capture, { response, trace_id: call.trace_id, fail }).send();
}

function asksForUsage(call: Call, upstream: Upstream, inspected: Inspected): boolean {
  if (!inspected.stream || inspected.include_usage !== undefined || !USAGE_ROUTES.has(call.path))
    return false;
  return upstream.refusesUsageUntil < Date.now();
}

function describe(call: Call, upstream: Upstream, inspected: Inspected, usage_injected: boolean): Sent {
  return {
    operation: HOT_ROUTES.get(call.path) ?? '',
    provider: upstream.provider,
    upstream: upstream.name,
    server: upstream.server,
    model: inspected.model,
    stream: inspected.stream,
    usage_injected,
  };
}
