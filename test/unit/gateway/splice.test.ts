import { resourceFromAttributes } from '@opentelemetry/resources';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { decodeTraceRequest } from '../../../collector/receive/otlp-protobuf.ts';
import { spliceAttributes, type BytesAttribute } from '../../../gateway/ship/splice.ts';
import { noise } from '../spool/spool-calls.ts';
import { createRandom, pick, type Random } from './random-json.ts';

/** A request as the SDK serialises it: spans with `attributes`, in scopes and resources of `groups`. */
function serialise(
  spans: { name: string; attributes: Record<string, string | number> }[],
  groups = 1,
): Uint8Array {
  const finished: ReadableSpan[] = [];
  const provider = new TracerProvider({
    spanProcessors: [
      {
        onStart() {},
        onEnd: (span) => void finished.push(span),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  });
  const size = Math.ceil(spans.length / groups);
  spans.forEach(({ name, attributes }, i) => {
    provider
      .getTracer(`scope ${Math.floor(i / size)}`)
      .startSpan(name, { attributes })
      .end();
  });
  const resource = resourceFromAttributes({ 'service.name': 'splice', n: 300 });
  return (
    ProtobufTraceSerializer.serializeRequest(finished.map((span) => Object.assign(span, { resource }))) ??
    new Uint8Array()
  );
}

/** What a decoder makes of `bytes` with `bodies` put in. */
function decode(bytes: Uint8Array, bodies: readonly BytesAttribute[][]) {
  const [resource, ...more] = decodeTraceRequest(Buffer.concat(spliceAttributes(bytes, bodies)));
  expect(more).toEqual([]);
  return resource;
}

/** The same bytes in up to four pieces, empty ones among them. */
function cut(random: Random, bytes: Buffer): Buffer[] {
  const at = Array.from({ length: Math.floor(random() * 4) }, () =>
    Math.floor(random() * (bytes.length + 1)),
  );
  const bounds = [0, ...at.toSorted((a, b) => a - b), bytes.length];
  return bounds.slice(1).map((end, i) => bytes.subarray(bounds[i], end));
}

const SIZES = [
  0,
  1,
  100,
  126,
  127,
  128,
  129,
  255,
  256,
  16_383,
  16_384,
  16_385,
  100_000,
  2 ** 21 - 1,
  2 ** 21,
];

describe('bodies put into serialised spans', () => {
  it.each(SIZES)('of %i bytes are decoded as they were, and all else too', (size) => {
    const bytes = serialise([{ name: 'chat', attributes: { 'a.b': 'text', n: 7 } }]);
    const [before] = decodeTraceRequest(bytes);
    const body = noise(size);
    const after = decode(bytes, [
      [{ key: 'sekisho.request.body', pieces: [body.subarray(0, 9), body.subarray(9)] }],
    ]);
    const [span] = after?.spans ?? [];
    expect(span?.attributes.get('sekisho.request.body')).toEqual(body);
    span?.attributes.delete('sekisho.request.body');
    expect(after).toEqual(before);
  });

  it('bring every length around them over its limits right', () => {
    // the span, its scope and its resource each pass 127 and 16,383 bytes at another size of the body
    const bytes = serialise([{ name: 'x', attributes: { k: 'v' } }]);
    const sizes = [0, 16_100].flatMap((from) => Array.from({ length: 300 }, (_, i) => from + i));
    for (const size of sizes) {
      const body = Buffer.alloc(size, 'b');
      const span = decode(bytes, [[{ key: 'b', pieces: [body.subarray(0, 9), body.subarray(9)] }]])?.spans[0];
      expect(span?.attributes.get('b'), `size ${size}`).toEqual(body);
      expect(span?.attributes.get('k')).toBe('v');
    }
  });

  it('go each to its own span, for any number of spans, attributes and sizes', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed);
      const groups = 1 + Math.floor(random() * 3);
      const spans = Array.from({ length: groups + Math.floor(random() * 12) }, (_, i) => ({
        name: `span ${i}`,
        attributes: { i, text: 'é'.repeat(Math.floor(random() * 90)) },
      }));
      const bodies = spans.map((_, i) =>
        Array.from({ length: Math.floor(random() * 4) }, (__, k) => ({
          key: pick(random, ['本文', 'body', 'k'.repeat(130)]) + k,
          pieces: cut(random, noise(pick(random, SIZES.slice(0, -3)), i + k + 1)),
        })),
      );
      const decoded = decode(serialise(spans, groups), bodies);
      expect(decoded?.attributes).toEqual(
        new Map<string, unknown>([
          ['service.name', 'splice'],
          ['n', 300],
        ]),
      );
      const found = decoded?.spans.map(({ name, attributes }) => ({ name, attributes: [...attributes] }));
      const wanted = spans.map(({ name, attributes }, i) => ({
        name,
        attributes: [
          ...Object.entries(attributes),
          ...(bodies[i] ?? []).map(({ key, pieces }) => [key, Buffer.concat(pieces)]),
        ],
      }));
      expect(found, `seed ${seed}`).toEqual(wanted);
    }
  });

  it('are not copied', () => {
    const body = noise(50_000);
    const pieces = spliceAttributes(serialise([{ name: 'x', attributes: {} }]), [
      [{ key: 'b', pieces: [body] }],
    ]);
    expect(pieces.some((piece) => piece.buffer === body.buffer && piece.length === body.length)).toBe(true);
  });

  it('leave a request without spans as it is', () => {
    expect(spliceAttributes(new Uint8Array(), [])).toEqual([]);
  });

  it.each([0, 1, 3])('are refused where they are of %i spans and there are 2', (count) => {
    const bytes = serialise([
      { name: 'a', attributes: {} },
      { name: 'b', attributes: {} },
    ]);
    const bodies = Array.from({ length: count }, () => []);
    expect(() => spliceAttributes(bytes, bodies)).toThrow(/2 spans/);
  });
});
