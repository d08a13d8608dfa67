/** Whatever the bytes and attributes are, there is a row, it keeps the bytes, and it can be written. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { normaliseGatewaySpan } from '../../../collector/normalise/gateway-span.ts';
import { SEKISHO } from '../../../collector/record/attributes.ts';
import { createRandom, makeSpan, writtenBytes } from './random-spans.ts';
import { toRead } from './span.ts';

const SEED = 20_261_122;
const ORIGIN = { writer: 'w', received_at: Date.UTC(2026, 10, 22) };

describe('a call of any shape', () => {
  it('becomes a row that keeps its bytes and can be written', () => {
    const random = createRandom(SEED);
    const dialects = new Map<string, number>();
    for (let round = 0; round < 6000; round++) {
      const span = makeSpan(random);
      const row = toRead(normaliseGatewaySpan(span, ORIGIN));
      const bytes = (name: string) => {
        const value = span.attributes.get(name);
        return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
      };
      expect(row.request_raw, `round ${round}`).toEqual(bytes(SEKISHO.requestBody));
      expect(row.response_raw, `round ${round}`).toEqual(bytes(SEKISHO.responseBody));
      expect(row.response_sha256).toEqual(createHash('sha256').update(bytes(SEKISHO.responseBody)).digest());
      for (const each of [
        row.input_preview,
        row.output_preview,
        row.search_text,
        row.input_messages,
        row.output_messages,
      ])
        expect(each.isWellFormed()).toBe(true);
      expect(row.cost_total >= 0n && row.thread_key.length === 16).toBe(true);
      expect(writtenBytes(row)).toBeGreaterThan(200);
      dialects.set(row.dialect, (dialects.get(row.dialect) ?? 0) + 1);
    }
    // The generator is worth something only if it gets everywhere.
    for (const name of [
      'openai.chat',
      'openai.responses',
      'openai.completions',
      'openai.embeddings',
      'http',
      'unparsed',
    ])
      expect([name, (dialects.get(name) ?? 0) > 200]).toEqual([name, true]);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });
});
