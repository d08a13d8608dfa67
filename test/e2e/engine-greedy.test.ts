/** A reader that wants more than there is meets its own limits; the writers do not notice. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppError } from '../../errors.ts';
import type { Store } from '../../collector/store/client.ts';
import { openStore } from '../../collector/store/client.ts';
import { insertBytes } from '../../collector/store/insert.ts';
import { migrate } from '../../collector/store/migrate.ts';
import type { StoreError } from '../../collector/store/store-error.ts';
import { runQuery } from '../../collector/queries/run.ts';
import { callBatch, countTargets } from '../kit/calls.ts';
import type { TestEngine } from '../kit/engine.ts';
import { startTestEngine } from '../kit/engine.ts';

const READERS = 8;
const WRITERS = 3;
const BATCHES = 10;
const ROWS = 50;
/** A hash table of gigabytes. */
const GREEDY = `SELECT count() FROM (SELECT number AS n, toString(number) AS s FROM numbers(200000000)) AS a
  JOIN (SELECT number AS n, toString(number) AS s FROM numbers(200000000)) AS b ON a.s = b.s`;

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

describe('greedy readers', () => {
  it('are refused, while every batch of the writers is stored at the first try', async () => {
    const abort = new AbortController();
    const refusals: string[] = [];
    const refused = Promise.withResolvers<void>();
    const read = async (): Promise<void> => {
      while (!abort.signal.aborted) {
        const asking = runQuery(store, {
          name: 'greedy',
          project_id: 'p1',
          query: GREEDY,
          signal: abort.signal,
        });
        const error = await asking.catch((thrown: unknown) => thrown as AppError);
        if (abort.signal.aborted) return;
        refusals.push(((error as AppError).cause as StoreError).message);
        refused.resolve();
      }
    };
    const write = async (writer: string): Promise<void> => {
      for (let batch = 0; batch < BATCHES; batch++) {
        await insertBytes(
          store,
          callBatch(`${writer}:${batch}`, { writer, from: batch * ROWS, count: ROWS }),
        );
      }
    };
    const reading = Array.from({ length: READERS }, read);
    // The readers are at their limit before the writers begin.
    await refused.promise;
    await Promise.all(Array.from({ length: WRITERS }, (_, index) => write(`w${index}`)));
    abort.abort(new Error('enough'));
    await Promise.all(reading);

    const rows = WRITERS * BATCHES * ROWS;
    expect(await countTargets(store)).toEqual({ spans: rows, bodies: rows, calls: rows, tokens: rows * 3 });
    // Their own limit: the server's, "(total)", would have hit whoever allocates next.
    expect(refusals.some((message) => message.includes('User memory limit exceeded'))).toBe(true);
    expect(refusals.filter((message) => message.includes('(total)'))).toEqual([]);
  });
});
