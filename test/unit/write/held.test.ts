/** What no column can hold, or should: numbers and times out of range; and what writers say of themselves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../collector/store/client.ts';
import { migrate } from '../../../collector/store/migrate.ts';
import { writeBatch } from '../../../collector/write/write-batch.ts';
import { startTestEngine, type TestEngine } from '../../kit/engine.ts';
import { ask, roundTrip } from './round-trip.ts';
import { batchOf, RECEIVED_AT } from './rows.ts';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

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

describe('a row', () => {
  it.each([
    ['above', Number.MAX_VALUE, { http_status: 65_535, duration_ms: 4_294_967_295, ttft_ms: 2_147_483_647 }],
    ['below', -1e300, { http_status: 0, duration_ms: 0, ttft_ms: -1 }],
    ['no number', Number.NaN, { http_status: 0, duration_ms: 0, ttft_ms: -1 }],
    ['endless', Number.POSITIVE_INFINITY, { http_status: 0, duration_ms: 0, ttft_ms: -1 }],
    ['broken', 1.9, { http_status: 1, duration_ms: 1, ttft_ms: 1 }],
  ])('with numbers that are %s is held to its columns', async (name, value, held) => {
    const { span } = await roundTrip(store, `range-${name}`, {
      http_status: value,
      duration_ms: value,
      ttft_ms: value,
      input_tokens: value,
      output_tokens: value,
      prompt_version: value,
      usage: { k: value },
      cost_total: 10n ** 30n,
      costs: { plus: 10n ** 30n, minus: -1n },
    });
    const count = held.duration_ms;
    expect(span).toMatchObject({ ...held, input_tokens: count, output_tokens: count, prompt_version: count });
    expect(span).toMatchObject({
      cost_total: '999999.999999999999',
      costs: { plus: '999999.999999999999', minus: '0' },
    });
  });
});

describe('the start of a call', () => {
  it.each([
    ['a year and more ago', RECEIVED_AT - YEAR_MS - 1, RECEIVED_AT - YEAR_MS],
    ['at the beginning of time', 0, RECEIVED_AT - YEAR_MS],
    ['before it', -8.64e15, RECEIVED_AT - YEAR_MS],
    ['more than a day ahead', RECEIVED_AT + DAY_MS + 1, RECEIVED_AT + DAY_MS],
    ['at the end of time', 1.8e13, RECEIVED_AT + DAY_MS],
    ['never', Number.NaN, RECEIVED_AT],
  ])('%s is held near its arrival, the original kept', async (name, started_at, held) => {
    const { span } = await roundTrip(store, `start-${name}`, { started_at, attributes: { own: 'yes' } });
    expect(span['started_ms']).toBe(String(held));
    expect(span['attributes']).toEqual({ own: 'yes', 'sekisho.started_at': String(started_at) });
  });

  it.each([
    ['a year ago', RECEIVED_AT - YEAR_MS],
    ['a day ahead', RECEIVED_AT + DAY_MS],
    ['now', RECEIVED_AT],
  ])('%s is left alone', async (name, started_at) => {
    const { span } = await roundTrip(store, `left-${name}`, { started_at, attributes: {} });
    expect(span['started_ms']).toBe(String(started_at));
    expect(span['attributes']).toEqual({});
  });
});

describe('what a writer says of itself', () => {
  it('is a row, also without calls, and is no call', async () => {
    const state = { kind: 'alive' as const, highSeq: 12, lost: { quota: 3 } };
    await writeBatch(store, { writer: 'w-state', segment: undefined, state, rows: [] });
    await writeBatch(store, { ...batchOf('w-state', [1]), state: { kind: 'bye', highSeq: 13, lost: {} } });
    expect(
      await ask(store, "SELECT kind, high_seq, lost FROM writers WHERE writer = 'w-state' ORDER BY kind"),
    ).toEqual([
      { kind: 'alive', high_seq: '12', lost: { quota: '3' } },
      { kind: 'bye', high_seq: '13', lost: {} },
    ]);
    expect(await ask(store, "SELECT count() AS calls FROM spans WHERE writer = 'w-state'")).toEqual([
      { calls: '1' },
    ]);
  });
});
