/** Calls as OpenTelemetry's SDK makes spans of them, read back by the collector's own decoder. */
import { afterAll, describe, expect, it } from 'vitest';
import { decodeTraceRequest } from '../../../collector/receive/otlp-protobuf.ts';
import type { CallClose, CallOpen, SpooledCall } from '../../../collector/spool/call.ts';
import { createSpanMaker, type PostResource } from '../../../gateway/telemetry.ts';
import { closeMeta, noise, openMeta } from '../spool/spool-calls.ts';

// An operator's own choice for his own telemetry.
process.env['OTEL_TRACES_SAMPLER'] = 'always_off';
const maker = createSpanMaker();
afterAll(() => maker.stop());

const ABOUT: PostResource = { writer: 'ab'.repeat(16), segment: { n: 7, receivedAt: 1_790_000_000_123 } };

type Given = { seq?: number; open?: Partial<CallOpen>; close?: Partial<CallClose> | null } & Partial<
  Pick<SpooledCall, 'request' | 'response'>
>;

function toCall({ seq = 1, open, close = {}, request, response }: Given): SpooledCall {
  return {
    seq,
    open: openMeta(open),
    close: close === null ? undefined : { ...closeMeta(close), segments: [] },
    request: request ?? Buffer.alloc(0),
    response: response ?? [],
  };
}

function encode(calls: Given[], about: PostResource = ABOUT) {
  return decodeTraceRequest(Buffer.concat(maker.encode(calls.map(toCall), about)));
}

function spanOf(call: Given) {
  const [resource] = encode([call]);
  const [span] = resource?.spans ?? [];
  if (!span) throw new Error('no span');
  return span;
}

describe('a span', () => {
  it('has the ids it had on the road', () => {
    const open = { trace_id: 'c'.repeat(32), span_id: 'd'.repeat(16), parent_span_id: '' };
    expect(spanOf({ open })).toMatchObject(open);
  });

  it('has its parent’s trace where there is one; whether the caller sampled says nothing', () => {
    const open = { trace_id: 'e'.repeat(32), span_id: 'f'.repeat(16), parent_span_id: '1'.repeat(16) };
    expect(spanOf({ open })).toMatchObject(open);
  });

  it('says which prompt it was made from, and why a room asked', () => {
    const prompt = {
      id: 'pmpt_1',
      name: 'greeting',
      version: 3,
      label: 'production',
      variables: { a: '関' },
    };
    const { attributes } = spanOf({ open: { prompt, purpose: 'judge' } });
    expect(Object.fromEntries(attributes)).toMatchObject({
      'gen_ai.prompt.name': 'greeting',
      'sekisho.prompt.id': 'pmpt_1',
      'sekisho.prompt.version': 3,
      'sekisho.prompt.label': 'production',
      'sekisho.prompt.variables': '{"a":"関"}',
      'sekisho.purpose': 'judge',
    });
    const names = [...spanOf({}).attributes.keys()];
    expect(names.filter((name) => /prompt|purpose/.test(name))).toEqual([]);
  });

  it('is one of as many as there are calls, in their order, each with its own', () => {
    const calls = Array.from({ length: 300 }, (_, i) => ({
      seq: i + 1,
      open: { span_id: (i + 1).toString(16).padStart(16, '0'), parent_span_id: i % 2 ? '2'.repeat(16) : '' },
      request: Buffer.from(`request ${i}`),
      response: i % 3 ? [Buffer.from('re'), Buffer.from(`sponse ${i}`)] : [],
    }));
    const [resource, ...more] = encode(calls);
    expect(more).toEqual([]);
    expect(
      resource?.spans.map(({ span_id, attributes }) => [span_id, attributes.get('sekisho.seq')]),
    ).toEqual(calls.map(({ seq, open }) => [open.span_id, seq]));
    resource?.spans.forEach(({ attributes }, i) => {
      expect(attributes.get('sekisho.request.body')).toEqual(Buffer.from(`request ${i}`));
      const response = i % 3 ? Buffer.from(`response ${i}`) : undefined;
      expect(attributes.get('sekisho.response.body')).toEqual(response);
    });
  });

  it.each([
    [1_790_000_000_000, 0],
    [1_790_000_000_999, 1],
    [1_790_000_000_000.5, 12.25],
    [1_790_000_000_999 + 4095 / 4096, 1000],
    [1_790_000_000_001, 3_600_000.125],
  ])('has its times exact: from %f for %f ms', (started_at, duration_ms) => {
    const span = spanOf({ open: { started_at }, close: { duration_ms } });
    // a double holds a time in nanoseconds to a quarter of a microsecond
    expect(Math.abs(span.started_at - started_at)).toBeLessThan(0.001);
    expect(Math.abs(span.ended_at - (started_at + duration_ms))).toBeLessThan(0.001);
  });

  it('says what is known of a call', () => {
    const open = {
      model: 'gpt-4o',
      stream: true,
      usage_injected: true,
      query: 'a=1',
      server: '[::1]:443',
      headers: { 'user-agent': 'x' },
    };
    const close = {
      outcome: 'error',
      status: 429,
      error_type: '429',
      ttft_ms: 1500,
      request_size: 3,
      response_size: 4,
      truncated: true,
      headers: { 'retry-after': '7' },
    } as const;
    const span = spanOf({ open, close });
    expect(span.name).toBe('chat gpt-4o');
    expect(Object.fromEntries(span.attributes)).toEqual({
      'sekisho.seq': 1,
      'sekisho.outcome': 'error',
      'sekisho.truncated': true,
      'sekisho.project_id': 'proj_1',
      'sekisho.key_id': 'key_1',
      'sekisho.upstream': 'demo',
      'sekisho.usage_injected': true,
      'http.request.method': 'POST',
      'url.path': '/v1/chat/completions',
      'url.query': 'a=1',
      'http.response.status_code': 429,
      'http.request.body.size': 3,
      'http.response.body.size': 4,
      'http.request.header.user-agent': ['x'],
      'http.response.header.retry-after': ['7'],
      'server.address': '[::1]',
      'server.port': 443,
      'error.type': '429',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': 1.5,
    });
  });

  it('of a call without an end is interrupted, and claims nothing of an answer', () => {
    const span = spanOf({ close: null, response: [Buffer.from('some')] });
    expect(span.attributes.get('sekisho.outcome')).toBe('interrupted');
    expect(span.attributes.get('sekisho.response.body')).toEqual(Buffer.from('some'));
    expect([...span.attributes.keys()].filter((key) => key.startsWith('http.response'))).toEqual([]);
    expect(span.ended_at).toBe(span.started_at);
  });

  it('of a call that is recorded by shape is named by it', () => {
    expect(spanOf({ open: { operation: '', method: 'GET', path: '/v1/models', model: '' } }).name).toBe(
      'GET /v1/models',
    );
  });

  it('carries bodies as bytes, whatever they are', () => {
    const [request, response] = [noise(100_000, 1), [noise(70_000, 2), noise(1, 3), noise(20_000, 4)]];
    const { attributes } = spanOf({ request, response });
    expect(attributes.get('sekisho.request.body')).toEqual(request);
    expect(attributes.get('sekisho.response.body')).toEqual(Buffer.concat(response));
  });

  it('keeps long values whole, and more of them than the SDK would', () => {
    const headers = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`x-${i}-tags`, String(i).repeat(5)]),
    );
    headers['x-session-id'] = 's'.repeat(2000);
    const { attributes } = spanOf({ open: { headers, model: 'm'.repeat(2000) } });
    expect(attributes.get('gen_ai.request.model')).toHaveLength(2000);
    expect(attributes.get('http.request.header.x-session-id')).toEqual(['s'.repeat(2000)]);
    expect(attributes.get('http.request.header.x-499-tags')).toEqual(['499'.repeat(5)]);
    expect([...attributes.keys()].filter((key) => key.endsWith('-tags'))).toHaveLength(500);
  });
});

describe('a post', () => {
  const state = { kind: 'alive', highSeq: 12, lost: { spool_full: 3 } } as const;

  it('says whose segment it is', () => {
    const [resource] = encode([{}]);
    expect(Object.fromEntries(resource?.attributes ?? [])).toEqual({
      'service.name': 'sekisho.gateway',
      'sekisho.segment.writer': 'ab'.repeat(16),
      'sekisho.segment.n': 7,
      'sekisho.segment.received_at': 1_790_000_000_123,
    });
  });

  it('without calls says what its writer has to say, by a resource without spans', () => {
    for (const about of [
      { ...ABOUT, state },
      { writer: ABOUT.writer, state },
    ]) {
      const [resource, ...more] = encode([], about);
      expect(more).toEqual([]);
      expect(resource?.spans).toEqual([]);
      expect(Object.fromEntries(resource?.attributes ?? [])).toEqual({
        'service.name': 'sekisho.gateway',
        'sekisho.segment.writer': 'ab'.repeat(16),
        ...('segment' in about
          ? { 'sekisho.segment.n': 7, 'sekisho.segment.received_at': 1_790_000_000_123 }
          : {}),
        'sekisho.writer.kind': 'alive',
        'sekisho.writer.high_seq': 12,
        'sekisho.writer.lost': '{"spool_full":3}',
      });
    }
  });

  it('says the same of its writer with calls as without', () => {
    const about = { ...ABOUT, state };
    expect(encode([{}], about)[0]?.attributes).toEqual(encode([], about)[0]?.attributes);
  });
});
