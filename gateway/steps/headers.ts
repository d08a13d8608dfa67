/** Which headers go up, come back, and are recorded. Credentials are in none of the recorded lists. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Principal } from './call.ts';

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Set anew for the upstream, or none of its business. */
const NOT_FORWARDED = new Set(['host', 'content-length', 'expect', 'cookie', 'forwarded', 'via']);
const CREDENTIALS = new Set(['authorization', 'x-api-key', 'api-key']);

const RECORDED_REQUEST = new Set([
  'user-agent',
  'content-type',
  'content-encoding',
  'x-client-request-id',
  'x-stainless-lang',
  'x-stainless-package-version',
  'x-stainless-retry-count',
  'idempotency-key',
]);
/** What apps send to say whose call it is: x-session-id, session-id, thread-id, x-user-id, x-tags ... */
const RECORDED_NAME = /(?:^|-)(?:session|thread|conversation|user)-id$|(?:^|-)tags$/;

const RECORDED_RESPONSE = new Set([
  'content-type',
  'content-encoding',
  'x-request-id',
  'openai-processing-ms',
  'retry-after',
  'x-sekisho-simulated',
]);

function connectionNames(headers: IncomingHttpHeaders): string[] {
  return (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
}

/** The client's headers for the upstream. On the way `key` its credentials are replaced by our own key for there. */
export function toUpstreamHeaders(
  headers: IncomingHttpHeaders,
  way: Principal['way'],
  authorization: string | undefined,
): Record<string, string | string[]> {
  const named = headers.connection ? connectionNames(headers) : [];
  const out: Record<string, string | string[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || HOP_BY_HOP.has(name) || NOT_FORWARDED.has(name)) continue;
    if (name.startsWith('x-sekisho-') || name.startsWith('x-forwarded-') || named.includes(name)) continue;
    if (way === 'key' && CREDENTIALS.has(name)) continue;
    out[name] = value;
  }
  if (way === 'key' && authorization !== undefined) out['authorization'] = authorization;
  return out;
}

/** The upstream's headers for the client; with `traceId` where the call is recorded. */
export function toClientHeaders(headers: IncomingHttpHeaders, traceId?: string): OutgoingHttpHeaders {
  const named = headers.connection ? connectionNames(headers) : [];
  const out: OutgoingHttpHeaders = {};
  for (const name in headers) {
    if (HOP_BY_HOP.has(name) || named.includes(name)) continue;
    out[name] = headers[name];
  }
  if (traceId !== undefined) out['x-sekisho-trace-id'] = traceId;
  return out;
}

function pick(headers: IncomingHttpHeaders, isRecorded: (name: string) => boolean): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    // JSON is what nearly all of it is: only another type says something.
    if (value === undefined || value === 'application/json' || !isRecorded(name)) continue;
    out[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return out;
}

/** The request headers that are recorded. */
export function toRecordedRequestHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return pick(headers, (name) => RECORDED_REQUEST.has(name) || RECORDED_NAME.test(name));
}

/** The response headers that are recorded. */
export function toRecordedResponseHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return pick(headers, (name) => RECORDED_RESPONSE.has(name));
}
