/** Posts as a gateway makes them: through its own span maker, which is OpenTelemetry's SDK and serialiser. */
import { createSpanMaker, type PostResource } from '../../../gateway/telemetry.ts';
import { HOP_HEADER, signHop } from '../../../collector/keys/derive.ts';
import type { SpooledCall } from '../../../collector/spool/call.ts';
import { TEST_SECRET } from '../../kit/engine.ts';

const AT = Date.now() - 1000;

export function spooledCall(seq: number, given: Partial<SpooledCall> = {}): SpooledCall {
  const answer = {
    model: 'gpt-4o-mini',
    choices: [{ index: 0, message: { role: 'assistant', content: '通れ' } }],
  };
  return {
    seq,
    open: {
      started_at: AT + 0.25,
      trace_id: seq.toString(16).padStart(32, 'a'),
      span_id: seq.toString(16).padStart(16, 'b'),
      parent_span_id: 'c'.repeat(16),
      project_id: 'p1',
      key_id: 'key_1',
      upstream: 'openai',
      server: 'api.test:443',
      method: 'POST',
      path: '/v1/chat/completions',
      query: '',
      operation: 'chat',
      provider: 'openai',
      model: 'gpt-4o-mini',
      stream: false,
      usage_injected: false,
      headers: { 'x-session-id': 's1', __proto__x: 'y' },
    },
    close: {
      outcome: 'ok',
      status: 200,
      error_type: '',
      duration_ms: 120.5,
      ttft_ms: 20,
      headers: { 'content-type': 'application/json' },
      request_size: 10,
      response_size: 20,
      truncated: true,
      segments: [],
    },
    request: Buffer.from(JSON.stringify({ messages: [{ role: 'user', content: '関所?' }] })),
    response: [Buffer.from(JSON.stringify({ ...answer, usage: { prompt_tokens: 5, completion_tokens: 2 } }))],
    ...given,
  };
}

export const maker = createSpanMaker();

export function encode(calls: SpooledCall[], about: PostResource): Buffer {
  return Buffer.concat(maker.encode(calls, about));
}

export const hop = (): Record<string, string> => ({
  [HOP_HEADER]: signHop(TEST_SECRET, 'gateway', 'collector'),
});

export async function post(url: string, body: Uint8Array, headers: Record<string, string> = hop()) {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    body: body as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': 'application/x-protobuf', ...headers },
  });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}
