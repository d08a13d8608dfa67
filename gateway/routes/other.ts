/**
 * Every other path under /v1: streamed both ways by http-proxy-middleware, untouched, and recorded by shape (method,
 * path, status, sizes, times); JSON bodies up to a limit. Paths nobody knows yet pass like any other.
 */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createProxyMiddleware, type RequestHandler } from 'http-proxy-middleware';
import { dotSegmentError, hasDotSegment } from '../steps/dot-segment.ts';
import type { Call } from '../steps/call.ts';
import { type Capture, type Capturing, sentByShape } from '../steps/capture.ts';
import { Delivery } from '../steps/deliver.ts';
import { toUpstreamError } from '../steps/forward.ts';
import { toUpstreamHeaders } from '../steps/headers.ts';
import { respondError } from '../steps/respond.ts';
import { toUpstreamPath, type Upstream } from '../upstreams/upstream.ts';

/** Of one JSON body; larger ones are recorded by size alone. */
const KEPT_BYTES = 1024 * 1024;
const TIMEOUT_MS = 900_000;
const EMPTY = Buffer.alloc(0);

/** A call in the middleware's hands. */
type Passing = {
  call: Call;
  upstream: Upstream;
  headers: Record<string, string | string[]>;
  /** Opened when the request is complete, or at the first sign of an answer. */
  open(): Capture;
  body: Buffer[];
  delivery: Delivery | undefined;
};

/** Serves any call through its upstream. */
export function createOther(capturing: Capturing) {
  const passings = new WeakMap<IncomingMessage, Passing>();
  const proxies = new Map<Upstream, RequestHandler>();

  function proxyOf(upstream: Upstream): RequestHandler {
    const known = proxies.get(upstream);
    if (known) return known;
    const made = createProxy(upstream, passings);
    proxies.set(upstream, made);
    return made;
  }

  return function serveOther(
    call: Call,
    upstream: Upstream,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const passing = begin(capturing, call, upstream, request);
    // The upstream may resolve it, and then our key would open what lies outside of its API.
    if (hasDotSegment(call.path)) {
      request.resume();
      return respondError(response, dotSegmentError(), call.trace_id, passing.open());
    }
    passings.set(request, passing);
    response.on('close', () => {
      if (response.writableFinished) return;
      if (passing.delivery) passing.delivery.cancel();
      else
        passing
          .open()
          .close({ outcome: 'cancelled', status: 0, error_type: 'client_disconnected' }, () => {});
    });
    delete request.headers.expect;
    request.url = toUpstreamPath(upstream, call.path, call.query);
    void proxyOf(upstream)(request, response, () => {});
  };
}

function begin(capturing: Capturing, call: Call, upstream: Upstream, request: IncomingMessage): Passing {
  const headers = { ...request.headers };
  const body: Buffer[] = [];
  let capture: Capture | undefined;
  return {
    call,
    upstream,
    headers: toUpstreamHeaders(request.headers, call.principal.way, upstream.authorization),
    body,
    delivery: undefined,
    open: () => {
      const declared = Number(headers['content-length'] ?? 0);
      const kept = body.length === 0 ? EMPTY : Buffer.concat(body);
      capture ??= capturing.open(call, sentByShape(upstream), headers, kept, {
        size: Math.max(declared, kept.length),
        textUpTo: KEPT_BYTES,
      });
      return capture;
    },
  };
}

function createProxy(upstream: Upstream, passings: WeakMap<IncomingMessage, Passing>): RequestHandler {
  const isHttps = upstream.origin.startsWith('https:');
  return createProxyMiddleware<IncomingMessage, ServerResponse>({
    target: upstream.origin,
    changeOrigin: true,
    selfHandleResponse: true,
    proxyTimeout: TIMEOUT_MS,
    agent: isHttps ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true }),
    // The default plugins answer an error with text of their own and end a broken answer cleanly.
    ejectPlugins: true,
    plugins: [
      (proxy) => {
        proxy.on('proxyReq', (proxyReq, request) => onRequest(passings.get(request), proxyReq, request));
        proxy.on('proxyRes', (proxyRes, request, response) =>
          onResponse(passings.get(request), proxyRes, response as ServerResponse),
        );
        proxy.on('error', (error, request, response) =>
          onError(request && passings.get(request), error, response as ServerResponse),
        );
      },
    ],
  });
}

function onRequest(passing: Passing | undefined, proxyReq: ClientRequest, request: IncomingMessage): void {
  if (!passing) return;
  for (const name of proxyReq.getHeaderNames()) {
    const isOfTheWire = ['host', 'connection', 'content-length', 'transfer-encoding'].includes(name);
    if (!isOfTheWire && !(name in passing.headers)) proxyReq.removeHeader(name);
  }
  for (const [name, value] of Object.entries(passing.headers)) proxyReq.setHeader(name, value);
  const size = Number(request.headers['content-length'] ?? 0);
  const isJson = (request.headers['content-type'] ?? '').includes('json');
  if (!isJson || size > KEPT_BYTES) return void passing.open();
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= KEPT_BYTES) passing.body.push(chunk);
  });
  request.on('end', () => passing.open());
}

function onResponse(passing: Passing | undefined, proxyRes: IncomingMessage, response: ServerResponse): void {
  if (!passing) return;
  const { call } = passing;
  const delivery = new Delivery({
    response,
    capture: passing.open(),
    trace_id: call.trace_id,
    stripUsage: false,
  });
  passing.delivery = delivery;
  delivery.start(proxyRes.statusCode ?? 502, proxyRes.headers, proxyRes);
  proxyRes.on('data', (chunk: Buffer) => delivery.data(chunk));
  proxyRes.on('end', () => (proxyRes.complete ? delivery.end() : delivery.break('upstream_cut')));
  proxyRes.on('error', () => delivery.break('upstream_cut'));
  proxyRes.on('close', () => {
    if (!proxyRes.complete) delivery.break('upstream_cut');
  });
}

function onError(passing: Passing | undefined, error: Error, response: ServerResponse): void {
  if (passing?.delivery) return passing.delivery.break('upstream_cut');
  if (!passing || response.destroyed) return void response.destroy?.();
  const capture = passing.open();
  if (capture.isClosed) return;
  respondError(response, toUpstreamError(error, passing.upstream.name), passing.call.trace_id, capture);
}
