/** What is written is what is read: the list of columns against the table, extreme values there and back. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../collector/store/client.ts';
import { migrate } from '../../../collector/store/migrate.ts';
import { INGEST_COLUMNS } from '../../../collector/write/ingest-columns.ts';
import { startTestEngine, type TestEngine } from '../../kit/engine.ts';
import { roundTrip, ask } from './round-trip.ts';
import { ingestRow } from './rows.ts';

let engine: TestEngine;
let store: Store;
beforeAll(async () => {
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await engine.stop();
});

const upperHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

/** Bytes that each kind of column takes for the plainest row; strings and lists say their length in the first. */
const FIXED_BYTES: Record<string, number> = {
  'FixedString(16)': 16,
  'FixedString(32)': 32,
  UInt64: 8,
  UInt32: 4,
  UInt16: 2,
  Int32: 4,
  Bool: 1,
  "DateTime('UTC')": 4,
  "DateTime64(3, 'UTC')": 8,
  'Decimal(18, 12)': 8,
};

describe('the list of columns', () => {
  it("is the table's, whatever the order, and nothing twice", async () => {
    const names = INGEST_COLUMNS.map(([name]) => name as string);
    const columns = await ask<{ name: string }>(
      store,
      "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'ingest'",
    );
    expect(names.toSorted()).toEqual(columns.map(({ name }) => name).toSorted());
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(ingestRow()).toSorted()).toEqual(names.toSorted());
  });

  it('writes each in the width of its type', async () => {
    const columns = await ask<{ name: string; type: string }>(
      store,
      "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = 'ingest'",
    );
    for (const { name, type } of columns) {
      const write = INGEST_COLUMNS.find(([each]) => each === name)?.[1];
      const lengths: number[] = [];
      const counter = new Proxy({} as Record<string, unknown>, {
        get: (_target, kind) => (value: unknown) => {
          const widths: Record<string, number> = {
            uint8: 1,
            uint16: 2,
            uint32: 4,
            int32: 4,
            uint64: 8,
            int64: 8,
          };
          const isFixed = kind === 'fixed';
          lengths.push(isFixed ? (value as Uint8Array).length : (widths[String(kind)] ?? -1));
        },
      });
      write?.(counter as never, ingestRow({ finish_reasons: [], usage: {}, costs: {} }));
      const expected = type.startsWith('Enum8') ? 1 : (FIXED_BYTES[type] ?? -1);
      expect([name, type, ...lengths]).toEqual([name, type, expected]);
    }
  });
});

const TEXTS = [
  'session_id',
  'user_id',
  'key_id',
  'span_type',
  'operation',
  'name',
  'provider',
  'upstream',
  'request_model',
  'response_model',
  'response_id',
  'error_type',
  'prompt_name',
  'dialect',
  'input_preview',
  'output_preview',
] as const;

describe('a row', () => {
  const text = 'a\u0000b\n\t\'"\\ 関所 🏯 e\u0301 \u2028 \uFFFF';

  it('comes back as it was, at the upper end of every column', async () => {
    const bytes = Buffer.from([0, 255, 254, 128, 0xc3, 0x28, 0xed, 0xa0, 0x80, 10, 0]);
    const usage = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}${text}`, i]));
    usage['most'] = Number.MAX_SAFE_INTEGER;
    const costs = { input: 10n ** 18n - 1n, ['__proto__x']: 1n };
    const metadata = Object.fromEntries([
      ['__proto__', text],
      ['constructor', ''],
      ['', text],
    ]);
    const { span, body, row } = await roundTrip(store, 'upper', {
      seq: Number.MAX_SAFE_INTEGER,
      trace_id: 'f'.repeat(32),
      span_id: 'f'.repeat(16),
      parent_span_id: '8'.padEnd(16, '0'),
      thread_key: 'fedcba9876543210',
      ...Object.fromEntries(TEXTS.map((name) => [name, text])),
      search_text: `${text}${'関'.repeat(1_000_000)}`,
      status: 'interrupted',
      http_status: 65_535,
      prompt_version: 4_294_967_295,
      duration_ms: 4_294_967_295,
      ttft_ms: 2_147_483_647,
      input_tokens: 4_294_967_295,
      output_tokens: 4_294_967_295,
      usage,
      cost_total: 10n ** 18n - 1n,
      costs,
      metadata,
      tags: [text, '', 'x'.repeat(1_000_000)],
      finish_reasons: ['stop', text],
      attributes: { big: 'y'.repeat(1_000_000) },
      stream: true,
      input_messages: `["${'z'.repeat(1_000_000)}"]`,
      output_messages: text,
      request_raw: bytes,
      response_raw: Buffer.concat(Array.from({ length: 100_000 }, () => bytes)),
      response_sha256: createHash('sha256').update(bytes).digest(),
    });
    for (const name of [
      'session_id',
      'user_id',
      'key_id',
      'span_type',
      'operation',
      'name',
      'provider',
      'upstream',
      'request_model',
      'response_model',
      'response_id',
      'error_type',
      'prompt_name',
      'dialect',
      'input_preview',
      'output_preview',
      'search_text',
      'tags',
      'metadata',
      'attributes',
      'status',
      'stream',
      'http_status',
      'prompt_version',
      'duration_ms',
      'ttft_ms',
      'input_tokens',
      'output_tokens',
      'finish_reasons',
      'origin',
      'counted',
      'project_id',
      'cost_source',
    ] as const)
      expect([name, span[name]]).toEqual([name, row[name]]);
    expect(span).toMatchObject({
      trace_id: 'F'.repeat(32),
      span_id: String(2n ** 64n - 1n),
      parent_span_id: String(2n ** 63n),
      thread_key: String(0xfedcba9876543210n),
      seq: String(Number.MAX_SAFE_INTEGER),
      cost_total: '999999.999999999999',
      costs: { input: '999999.999999999999', ['__proto__x']: '0.000000000001' },
      started_ms: String(row.started_at),
      received_s: row.received_at,
    });
    expect(span['usage']).toEqual(
      Object.fromEntries(Object.entries(usage).map(([key, count]) => [key, String(count)])),
    );
    expect(body).toMatchObject({
      trace_id: 'F'.repeat(32),
      part: 'call',
      input_messages: row.input_messages,
      output_messages: text,
      request_raw: upperHex(row.request_raw),
      response_sha256: upperHex(row.response_sha256),
      project_id: row.project_id,
    });
    expect(body['response_raw'] === upperHex(row.response_raw)).toBe(true);
  });

  it('comes back as it was, with nothing in it', async () => {
    const nothing = { usage: {}, costs: {}, tags: [], metadata: {}, attributes: {}, finish_reasons: [] };
    const { span, body } = await roundTrip(store, 'lower', {
      ...nothing,
      seq: 0,
      trace_id: '0'.repeat(32),
      span_id: '',
      parent_span_id: '',
      thread_key: '',
      name: '',
      status: 'ok',
      http_status: 0,
      duration_ms: 0,
      ttft_ms: -1,
      input_tokens: 0,
      cost_total: 0n,
      origin: 'otlp',
      counted: false,
      search_text: '',
      input_messages: '',
      output_messages: '',
      request_raw: Buffer.alloc(0),
      response_raw: Buffer.alloc(0),
      response_sha256: Buffer.alloc(32),
    });
    expect(span).toMatchObject({
      ...nothing,
      seq: '0',
      trace_id: '0'.repeat(32),
      span_id: '0',
      parent_span_id: '0',
      thread_key: '0',
      name: '',
      status: 'ok',
      http_status: 0,
      ttft_ms: -1,
      cost_total: '0',
      origin: 'otlp',
      counted: false,
    });
    expect(body).toMatchObject({ request_raw: '', response_raw: '', response_sha256: '0'.repeat(64) });
  });
});
