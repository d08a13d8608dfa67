/** What calls in the spool's tests are made of; without the test runner, for child processes too. */
import type { CallClose, CallOpen } from '../../../collector/spool/call.ts';

export const SECRET = 'a secret of the tests, long enough to be one';

export function openMeta(given: Partial<CallOpen> = {}): CallOpen {
  return {
    started_at: 1_790_000_000_000.25,
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    parent_span_id: '',
    project_id: 'proj_1',
    key_id: 'key_1',
    upstream: 'demo',
    server: '127.0.0.1:80',
    method: 'POST',
    path: '/v1/chat/completions',
    query: '',
    operation: 'chat',
    provider: 'openai',
    model: 'gpt-4o-mini',
    stream: false,
    usage_injected: false,
    headers: {},
    ...given,
  };
}

export function closeMeta(given: Partial<CallClose> = {}): Omit<CallClose, 'segments'> {
  return {
    outcome: 'ok',
    status: 200,
    error_type: '',
    duration_ms: 12.5,
    ttft_ms: -1,
    headers: {},
    request_size: 0,
    response_size: 0,
    truncated: false,
    ...given,
  };
}

/** Bytes of `length` that look like nothing. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Bodies of the calls that a child writes: other sizes and bytes for each seq. */
export const askOf = (seq: number): Buffer => noise(50 + ((seq * 7919) % 3000), seq);
export const answerOf = (seq: number): Buffer => noise(200 + ((seq * 104_729) % 20_000), seq + 1);
export const isLeftOpen = (seq: number): boolean => seq % 11 === 0;
