/** A span as the gateway posts it, from a request and what came back. */
import { normaliseGatewaySpan } from '../../../collector/normalise/gateway-span.ts';
import type { AttributeValue, DecodedSpan } from '../../../collector/normalise/span.ts';
import { GEN_AI, HTTP, SEKISHO } from '../../../collector/record/attributes.ts';
import type { IngestRow } from '../../../collector/record/ingest-row.ts';
import { message, type Message } from '../../../collector/record/message.ts';

export const AT = Date.UTC(2026, 10, 20, 12);

export type Exchange = {
  path?: string;
  method?: string;
  /** Sent as JSON unless it is bytes. */
  request?: unknown;
  response?: unknown;
  status?: number;
  outcome?: string;
  provider?: string;
  requestHeaders?: Record<string, string>;
  responseHeaders?: Record<string, string>;
  attributes?: Record<string, AttributeValue>;
};

function toBytes(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

export function gatewaySpan(exchange: Exchange): DecodedSpan {
  const { path = '/v1/chat/completions', method = 'POST', provider = 'openai' } = exchange;
  const { status = 200, outcome = 'ok' } = exchange;
  const headers = (prefix: string, given: Record<string, string> = {}) =>
    Object.entries(given).map(([name, value]) => [prefix + name, [value]] as [string, AttributeValue]);
  return {
    trace_id: 'ab'.repeat(16),
    span_id: 'cd'.repeat(8),
    parent_span_id: '',
    name: 'chat gpt-4o-mini',
    started_at: AT,
    ended_at: AT + 120,
    attributes: new Map<string, AttributeValue>([
      [SEKISHO.seq, 7],
      [SEKISHO.projectId, 'proj_1'],
      [SEKISHO.outcome, outcome],
      [HTTP.method, method],
      [HTTP.path, path],
      [HTTP.status, status],
      [GEN_AI.provider, provider],
      ...headers(HTTP.requestHeader, exchange.requestHeaders),
      ...headers(HTTP.responseHeader, { 'content-type': 'application/json', ...exchange.responseHeaders }),
      [SEKISHO.requestBody, toBytes(exchange.request)],
      [SEKISHO.responseBody, toBytes(exchange.response)],
      ...Object.entries(exchange.attributes ?? {}),
    ]),
  };
}

export type Read = IngestRow & { input: Message[]; output: Message[] };

/** The row of an exchange, its messages parsed and held against their schema. */
export function read(exchange: Exchange): Read {
  return toRead(normaliseGatewaySpan(gatewaySpan(exchange), { writer: 'w', received_at: AT + 1000 }));
}

export function toRead(row: IngestRow): Read {
  const parse = (json: string) => message.array().parse(JSON.parse(json));
  return { ...row, input: parse(row.input_messages), output: parse(row.output_messages) };
}

/** The row of a streamed answer: `stream` is its bytes, or its events to be written as OpenAI does. */
export function readStream(stream: string | Buffer | readonly unknown[], exchange: Exchange = {}): Read {
  const response = Array.isArray(stream) ? sse(stream) : stream;
  return read({
    request: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }], stream: true },
    responseHeaders: { 'content-type': 'text/event-stream; charset=utf-8', ...exchange.responseHeaders },
    response,
    ...exchange,
  });
}

export function sse(events: readonly unknown[]): string {
  return events.map((each) => `data: ${typeof each === 'string' ? each : JSON.stringify(each)}\n\n`).join('');
}

export const text = (content: string) => ({ type: 'text' as const, content });
export const call = (id: string, name: string, args: unknown) => ({
  type: 'tool_call' as const,
  id,
  name,
  arguments: args,
});
