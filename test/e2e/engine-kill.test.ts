/** kill -9 of the engine at any moment, under load: what was acknowledged is there, once, in every table. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Store } from '../../collector/store/client.ts';
import { openStore } from '../../collector/store/client.ts';
import { insertBytes } from '../../collector/store/insert.ts';
import { migrate } from '../../collector/store/migrate.ts';
import { StoreError } from '../../collector/store/store-error.ts';
import { callBatch } from '../kit/calls.ts';
import type { TestEngine } from '../kit/engine.ts';
import { startTestEngine } from '../kit/engine.ts';

const KILLS = 8;
/** Starting an engine takes half a second, on a machine with much else to do a few. */
const PATIENCE_MS = 180_000;
const WRITERS = 4;
const ROWS = 50;

let engine: TestEngine;
let store: Store;
/** Resolves when the engine is up (again). */
let up = Promise.resolve();

beforeAll(async () => {
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await engine.stop();
});

type Tally = { acknowledged: number; retried: number };

/** Sends batch after batch until told to end, each until it is acknowledged, always under the same token. */
async function write(writer: string, tally: Tally, isOver: () => boolean): Promise<void> {
  for (let batch = 0; !isOver(); batch++) {
    const bytes = callBatch(`${writer}:${batch}`, {
      project: writer,
      writer,
      from: batch * ROWS,
      count: ROWS,
    });
    for (;;) {
      try {
        await insertBytes(store, bytes);
        break;
      } catch (error) {
        if (!(error instanceof StoreError && error.retryable)) throw error;
        tally.retried += 1;
        await up;
      }
    }
    tally.acknowledged += ROWS;
  }
}

/** Kills the engine once `tally` has grown by a random number of batches, and starts it again on its port. */
async function killOnce(tally: Tally): Promise<void> {
  const enough = tally.acknowledged + Math.floor(Math.random() * 12) * ROWS;
  await vi.waitFor(() => expect(tally.acknowledged).toBeGreaterThanOrEqual(enough), {
    timeout: 30_000,
    interval: 1,
  });
  const back = Promise.withResolvers<void>();
  up = back.promise;
  await engine.kill();
  const { dataDir, stop } = engine;
  engine = await startTestEngine({ dataDir, port: Number(new URL(engine.url).port) });
  engine = { ...engine, stop: () => engine.kill().then(stop) };
  back.resolve();
}

type Row = { writer: string; rows: number; distinct: number; highest: number };

async function rowsOf(table: string): Promise<Row[]> {
  const answer = await store.system.query({
    query: `SELECT writer, toUInt32(count()) AS rows, toUInt32(uniqExact(seq)) AS distinct, toUInt32(max(seq)) AS highest
      FROM ${table} GROUP BY writer ORDER BY writer`,
    format: 'JSONEachRow',
  });
  return answer.json<Row>();
}

async function first(query: string): Promise<unknown> {
  const answer = await store.system.query({ query, format: 'JSONEachRow' });
  return (await answer.json())[0];
}

describe('an engine that is killed under load', () => {
  it(
    `loses nothing and doubles nothing over ${KILLS} kills`,
    async () => {
      const tallies = Array.from({ length: WRITERS }, (): Tally => ({ acknowledged: 0, retried: 0 }));
      let over = false;
      const writing = tallies.map((tally, index) => write(`w${index}`, tally, () => over));
      for (let kill = 0; kill < KILLS; kill++) {
        const tally = tallies[kill % WRITERS];
        if (tally) await killOnce(tally);
      }
      over = true;
      await Promise.all(writing);

      const expected = tallies.map(({ acknowledged }, index) => ({
        writer: `w${index}`,
        rows: acknowledged,
        distinct: acknowledged,
        highest: acknowledged - 1,
      }));
      expect(await rowsOf('spans')).toEqual(expected);
      expect(await rowsOf('span_bodies')).toEqual(expected);
      const calls = tallies.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
      expect(await first('SELECT toUInt32(sum(calls)) AS calls FROM rollup_hour')).toEqual({ calls });
      expect(await first('SELECT toUInt32(count()) AS parts FROM system.detached_parts')).toEqual({
        parts: 0,
      });
      // Otherwise the kills came at no moment that matters.
      expect(tallies.reduce((sum, { retried }) => sum + retried, 0)).toBeGreaterThan(KILLS);
    },
    PATIENCE_MS,
  );
});
