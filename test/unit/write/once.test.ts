/** Each call once in every target, however a batch comes: again, adopted, late, torn by a crash, twice at a time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../collector/store/client.ts';
import { migrate } from '../../../collector/store/migrate.ts';
import { writeBatch } from '../../../collector/write/write-batch.ts';
import { startTestEngine, type TestEngine } from '../../kit/engine.ts';
import { batchOf, heldOf, RECEIVED_AT, wholly, type BatchOptions } from './rows.ts';

const TWO_HOURS_MS = 7_200_000;
const LATE: BatchOptions = { received_at: RECEIVED_AT - TWO_HOURS_MS };

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

const send = (...args: Parameters<typeof batchOf>): Promise<void> => writeBatch(store, batchOf(...args));

/**
 * A batch that reaches only the targets whose views are left, as if the engine had died before the others: the views
 * of `lost` are away while it is sent.
 */
async function sendTorn(lost: readonly string[], ...args: Parameters<typeof batchOf>): Promise<void> {
  for (const target of lost) await store.admin.command({ query: `DETACH TABLE to_${target}` });
  try {
    await send(...args);
  } finally {
    for (const target of lost) await store.admin.command({ query: `ATTACH TABLE to_${target}` });
  }
}

describe('a batch that is sent again', () => {
  it('is stored once, also the third time and all at once', async () => {
    await Promise.all([1, 2, 3].map(() => send('again', [1, 2, 3])));
    for (let sent = 0; sent < 3; sent++) await send('again', [1, 2, 3]);
    expect(await heldOf(store, 'again')).toEqual(wholly([1, 2, 3]));
  });

  it('is one of its number: the next number is stored as well', async () => {
    await send('next', [1, 2], { n: 1 });
    await send('next', [3], { n: 2 });
    expect(await heldOf(store, 'next')).toEqual(wholly([1, 2, 3]));
  });

  it.each([['spans'], ['span_bodies'], ['rollup_hour']])('is completed in %s', async (target) => {
    const writer = `torn-${target}`;
    await sendTorn([target], writer, [1, 2]);
    expect(await heldOf(store, writer)).not.toEqual(wholly([1, 2]));
    await send(writer, [1, 2]);
    expect(await heldOf(store, writer)).toEqual(wholly([1, 2]));
  });
});

describe('an adopted batch', () => {
  it('leaves out what is stored as finished and keeps the rest', async () => {
    await send('adopted', [1, 2], { n: 1 });
    await send('adopted', [2, 3, 4], { n: 2, adopted: true });
    expect(await heldOf(store, 'adopted')).toEqual(wholly([1, 2, 3, 4]));
    const rows = await store.system.query({
      query: "SELECT status FROM spans WHERE writer = 'adopted' AND seq = 2",
      format: 'JSONEachRow',
    });
    expect(await rows.json()).toEqual([{ status: 'ok' }]);
  });

  it('is not taken for the segment whose number it bears', async () => {
    // Segments 1 and 2 were shipped and 2 unlinked; then the adopter died. The next one counts on from 1.
    await send('renumbered', [1], { n: 1 });
    await send('renumbered', [2], { n: 2 });
    await send('renumbered', [7, 8], { n: 2, adopted: true });
    expect(await heldOf(store, 'renumbered')).toEqual(wholly([1, 2, 7, 8]));
  });

  it('is stored once by adopters that give it different numbers and times', async () => {
    await send('heirs', [5, 6], { n: 9, adopted: true });
    await send('heirs', [5, 6], { n: 4, adopted: true, received_at: RECEIVED_AT - 5000 });
    await send('heirs', [5, 6], { n: 2, adopted: true, ...LATE });
    expect(await heldOf(store, 'heirs')).toEqual(wholly([5, 6]));
  });

  it('is stored once when two send it at a time', async () => {
    await Promise.all([1, 2, 3].map(() => send('rivals', [5, 6], { n: 9, adopted: true })));
    expect(await heldOf(store, 'rivals')).toEqual(wholly([5, 6]));
  });

  it.each([[['spans']], [['span_bodies']], [['rollup_hour']], [['spans', 'rollup_hour']]])(
    'is completed in %s',
    async (targets) => {
      const writer = `adopted-torn-${targets.join('-')}`;
      await send(writer, [1], { n: 1 });
      await sendTorn(targets, writer, [1, 2, 3], { n: 2, adopted: true });
      expect(await heldOf(store, writer)).not.toEqual(wholly([1, 2, 3]));
      await send(writer, [1, 2, 3], { n: 3, adopted: true });
      expect(await heldOf(store, writer)).toEqual(wholly([1, 2, 3]));
    },
  );
});

describe('a batch older than tokens are trusted', () => {
  it('is stored when it was not, and once', async () => {
    for (let sent = 0; sent < 3; sent++) await send('late', [1, 2], LATE);
    expect(await heldOf(store, 'late')).toEqual(wholly([1, 2]));
  });

  it('is checked call by call, so that a forgotten token doubles nothing', async () => {
    // The same calls under a token of another name: what remains when the window has moved on.
    await send('forgotten', [1, 2, 3], { n: 1, received_at: RECEIVED_AT });
    await send('forgotten', [1, 2, 3], { n: 77, ...LATE });
    expect(await heldOf(store, 'forgotten')).toEqual(wholly([1, 2, 3]));
  });

  it('has its missing calls stored though its token was used', async () => {
    await send('partial', [1, 2], { n: 1, ...LATE });
    await send('partial', [1, 2, 3, 4], { n: 1, ...LATE });
    expect(await heldOf(store, 'partial')).toEqual(wholly([1, 2, 3, 4]));
    await send('partial', [1, 2, 3, 4], { n: 1, ...LATE });
    expect(await heldOf(store, 'partial')).toEqual(wholly([1, 2, 3, 4]));
  });

  it.each([[['spans']], [['span_bodies']], [['rollup_hour']]])('is completed in %s', async (targets) => {
    const writer = `late-torn-${targets.join('-')}`;
    await sendTorn(targets, writer, [1, 2], LATE);
    await send(writer, [1, 2], LATE);
    expect(await heldOf(store, writer)).toEqual(wholly([1, 2]));
  });

  it('is looked up by as many numbers as there are', async () => {
    const seqs = Array.from({ length: 12_000 }, (_, index) => 9_007_199_254_700_000 + index);
    const row = { trace_id: 'a'.repeat(32), span_id: '1'.repeat(16) };
    for (let sent = 0; sent < 2; sent++) await send('many', seqs, { ...LATE, row });
    const held = await heldOf(store, 'many');
    expect([held.spans.length, held.bodies.length, held.calls]).toEqual([12_000, 12_000, 12_000]);
  });
});
