/** OTLP protobuf as OpenTelemetry's own serialiser writes it, and bytes that are none. */
import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import protobuf from 'protobufjs';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeTraceRequest, encodeStatus } from '../../../collector/receive/otlp-protobuf.ts';
import { SEKISHO } from '../../../collector/record/attributes.ts';
import { encode, maker, spooledCall } from './posts.ts';

afterAll(() => maker.stop());

function readableSpan(given: Partial<ReadableSpan>): ReadableSpan {
  const traceId = '0123456789abcdef0123456789abcdef';
  const context = { traceId, spanId: '00000000000000ff', traceFlags: TraceFlags.SAMPLED };
  return {
    name: 'chat 関所',
    kind: SpanKind.CLIENT,
    spanContext: () => context,
    parentSpanContext: { ...context, spanId: 'f'.repeat(16) },
    startTime: [1_790_000_000, 123_456_789],
    endTime: [1_790_000_001, 0],
    status: { code: SpanStatusCode.UNSET },
    attributes: {},
    links: [],
    events: [],
    duration: [1, 0],
    ended: true,
    resource: resourceFromAttributes({ 'service.name': 'x', n: 3 }),
    instrumentationScope: { name: 's' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...given,
  };
}

const decode = (spans: ReadableSpan[]) =>
  decodeTraceRequest(ProtobufTraceSerializer.serializeRequest(spans) ?? Buffer.alloc(0));

describe('what the stock serialiser writes', () => {
  it('is read with ids, times, names and every kind of attribute', () => {
    const attributes = {
      text: '関 \u0000 🏯',
      empty: '',
      yes: true,
      no: false,
      int: 7,
      minus: -7,
      big: Number.MAX_SAFE_INTEGER,
      double: 0.1,
      list: ['a', 'b'],
      numbers: [1, 2.5],
      ['__proto__x']: 'p',
      constructor: 'c',
    };
    const [resource] = decode([
      readableSpan({ attributes: { ...attributes, bytes: new Uint8Array([0, 255, 254]) as never } }),
    ]);
    const span = resource?.spans[0];
    expect(span).toMatchObject({
      trace_id: '0123456789abcdef0123456789abcdef',
      span_id: '00000000000000ff',
      parent_span_id: 'f'.repeat(16),
      name: 'chat 関所',
      ended_at: 1_790_000_001_000,
    });
    expect(span?.started_at).toBeCloseTo(1_790_000_000_123.456, 2);
    expect(Object.fromEntries(span?.attributes ?? [])).toEqual({
      ...attributes,
      bytes: Buffer.from([0, 255, 254]),
    });
    expect(Object.fromEntries(resource?.attributes ?? [])).toEqual({ 'service.name': 'x', n: 3 });
  });

  it('is read span for span, root or child, over resources and scopes', () => {
    const spans = ['a', 'b'].map((name) => readableSpan({ name, instrumentationScope: { name } }));
    const { parentSpanContext: _none, ...root } = readableSpan({ name: 'root' });
    const other = readableSpan({ name: 'c', resource: resourceFromAttributes({ other: true }) });
    const read = decode([...spans, root, other]);
    expect(read.flatMap((each) => each.spans.map(({ name }) => name)).toSorted()).toEqual([
      'a',
      'b',
      'c',
      'root',
    ]);
    expect(read.flatMap((each) => each.spans).find(({ name }) => name === 'root')?.parent_span_id).toBe('');
    expect(read.find((each) => each.attributes.get('other') === true)?.spans).toHaveLength(1);
  });

  it("carries the gateway's bodies byte for byte", () => {
    const request = Buffer.from([0, 255, 10, 13, 0xed, 0xa0, 0x80]);
    const response = Buffer.alloc(300_000, 0xfe);
    const about = {
      writer: 'w',
      segment: { n: 3, receivedAt: 1_790_000_000_000 },
      state: { kind: 'adopted' as const, highSeq: 9, lost: { damaged: 1 } },
    };
    const [resource] = decodeTraceRequest(
      encode(
        [
          spooledCall(1, { request, response: [response.subarray(0, 9), response.subarray(9)] }),
          spooledCall(2),
        ],
        about,
      ),
    );
    expect(resource?.spans.map((span) => span.attributes.get(SEKISHO.seq))).toEqual([1, 2]);
    expect(resource?.spans[0]?.attributes.get(SEKISHO.requestBody)).toEqual(request);
    expect(response.equals(resource?.spans[0]?.attributes.get(SEKISHO.responseBody) as Buffer)).toBe(true);
    expect(Object.fromEntries(resource?.attributes ?? [])).toMatchObject({
      [SEKISHO.segmentWriter]: 'w',
      [SEKISHO.segmentN]: 3,
      [SEKISHO.segmentReceivedAt]: 1_790_000_000_000,
      [SEKISHO.writerKind]: 'adopted',
      [SEKISHO.writerHighSeq]: 9,
      [SEKISHO.writerLost]: '{"damaged":1}',
    });
  });
});

describe('bytes that are no such request', () => {
  it('cut anywhere are refused or read short, and never hang', () => {
    const whole = encode([spooledCall(1)], { writer: 'w', segment: { n: 1, receivedAt: 1 } });
    let refused = 0;
    for (let end = 1; end < whole.length; end++) {
      try {
        decodeTraceRequest(whole.subarray(0, end));
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        refused++;
      }
    }
    expect(refused).toBe(whole.length - 1);
  });

  it.each([
    ['JSON', Buffer.from('{"resourceSpans":[]}')],
    ['text', Buffer.from('hello')],
    ['ones', Buffer.alloc(64, 0xff)],
    ['a length beyond the end', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x0f, 0x00])],
    ['nested without end', Buffer.alloc(10_000, 0x0b)],
  ])('%s are refused', (_name, bytes) => {
    expect(() => decodeTraceRequest(bytes)).toThrow();
  });
});

it('an error is a google.rpc.Status', () => {
  const { root } = protobuf.parse(
    'syntax = "proto3"; message Status { int32 code = 1; string message = 2; }',
  );
  const status = root.lookupType('Status').decode(encodeStatus(14, '関所'));
  expect(status.toJSON()).toEqual({ code: 14, message: '関所' });
});
