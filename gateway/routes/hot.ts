/** The hot path: the JSON endpoints that models are called by. Bytes in, bytes out; parsed once. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RegistryView } from '../../collector/registry/view.ts';
import { toAppError, type AppError } from '../../errors.ts';
import type { Capturing, Sent } from '../steps/capture.ts';
import type { Call } from '../steps/call.ts';
import { endOf } from '../steps/client-gone.ts';
import type { Rewrite } from '../steps/deliver.ts';
import { searchFiles } from '../steps/file-search.ts';
import { Relay } from '../steps/forward.ts';
import { toUpstreamHeaders } from '../steps/headers.ts';
import { inspectBody, withIncludeUsage, type Inspected } from '../steps/inspect.ts';
import { readBody } from '../steps/read-body.ts';
import { PROMPT_ROUTES, resolvePrompt } from '../steps/resolve-prompt.ts';
import { respondError } from '../steps/respond.ts';
import type { ConsoleLink } from '../upstreams/console.ts';
import { toUpstreamPath, type Upstream } from '../upstreams/upstream.ts';

/** Path and GenAI operation of each. */
export const HOT_ROUTES: ReadonlyMap<string, string> = new Map([
  ['/v1/chat/completions', 'chat'],
  ['/v1/responses', 'chat'],
  ['/v1/completions', 'text_completion'],
  ['/v1/embeddings', 'embeddings'],
]);

const USAGE_ROUTES = new Set(['/v1/chat/completions', '/v1/completions']);
const UNKNOWN: Inspected = {
  model: '',
  stream: false,
  include_usage: undefined,
  has_prompt: false,
  has_file_search: false,
};
const EMPTY = Buffer.alloc(0);

export type HotContext = { capturing: Capturing; registry: RegistryView; link: ConsoleLink };

/** What is to be done for one call, as far as it is known. */
type Work = {
  call: Call;
  upstream: Upstream;
  request: IncomingMessage;
  response: ServerResponse;
  /** What goes upstream. */
  body: Buffer;
  inspected: Inspected;
  rewrite: Rewrite | undefined;
};

/** Serves `call`, whose path is one of HOT_ROUTES and whose method is POST. */
export async function serveHot(
  context: HotContext,
  call: Call,
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const work: Work = {
    call,
    upstream,
    request,
    response,
    body: EMPTY,
    inspected: UNKNOWN,
    rewrite: undefined,
  };
  try {
    work.body = await readBody(request);
    if (request.headers['content-encoding'] === undefined) {
      work.inspected = inspectBody(work.body);
      const { has_prompt, has_file_search } = work.inspected;
      if (has_prompt || has_file_search) await prepare(context, work);
    }
    relay(context, work);
  } catch (thrown) {
    fail(context, work, toAppError(thrown));
  }
}

/** What only Sekisho knows is put in its place: for our keys, and where the path has it. */
async function prepare(context: HotContext, work: Work): Promise<void> {
  const { call, request, response } = work;
  const api = PROMPT_ROUTES.get(call.path);
  if (call.principal.way !== 'key' || !api) return;
  if (work.inspected.has_prompt) {
    const resolved = resolvePrompt(context.registry, call.principal.project_id, api, work.body);
    if (resolved) {
      work.call = { ...call, prompt: resolved.prompt };
      work.body = resolved.body;
      work.inspected = inspectBody(resolved.body);
    }
  }
  if (api !== 'responses' || !work.inspected.has_file_search) return;
  const gone = endOf(response);
  const searched = await searchFiles(context, work.call, request.headers, work.body, gone);
  gone.throwIfAborted();
  if (searched) Object.assign(work, searched);
}

/** Answers by `error`, recorded with what was sent. */
function fail({ capturing }: HotContext, work: Work, error: AppError): void {
  const { call, upstream, request, response, body, inspected } = work;
  const sent = describe(call, upstream, inspected, false);
  const size = Number(request.headers['content-length'] ?? body.length);
  const capture = capturing.open(call, sent, request.headers, body, { size: Math.max(size, body.length) });
  // a request that was read to its end is destroyed too: only an incomplete one means that the client left
  if (response.destroyed || (request.destroyed && !request.complete)) {
    capture.close({ outcome: 'cancelled', status: 0, error_type: 'client_disconnected' }, () => {});
  } else {
    if (error.code === 'body_too_large') response.setHeader('connection', 'close');
    respondError(response, error, call.trace_id, capture);
  }
}

function relay({ capturing }: HotContext, work: Work): void {
  const { call, upstream, request, response, body, inspected, rewrite } = work;
  const injects = asksForUsage(call, upstream, inspected);
  const headers = toUpstreamHeaders(request.headers, call.principal.way, upstream.authorization);
  // A compressed answer could be neither watched for its end, nor relieved of what we asked for, nor rewritten.
  if (inspected.stream || rewrite) headers['accept-encoding'] = 'identity';
  const forwarding = {
    upstream,
    method: 'POST',
    path: toUpstreamPath(upstream, call.path, call.query),
    headers,
    body: injects ? withIncludeUsage(body) : body,
    original: injects ? body : undefined,
    rewrite,
  };
  // Only queued here: OPEN is written at the end of this turn, when the upstream call is under way.
  const capture = capturing.open(call, describe(call, upstream, inspected, injects), request.headers, body);
  const onFailure = (error: AppError) => respondError(response, error, call.trace_id, capture);
  new Relay(forwarding, capture, { response, trace_id: call.trace_id, fail: onFailure }).send();
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
