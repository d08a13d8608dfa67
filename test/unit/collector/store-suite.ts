/**
 * The half of the suite that speaks protocol and data: it holds for the embedded engine and for any ClickHouse that is
 * given by its URL. What needs our own users asks `store.separated` first.
 */
import { expect, it, vi } from 'vitest';
import type { Store } from '../../../collector/store/client.ts';
import { insertBytes } from '../../../collector/store/insert.ts';
import { migrate } from '../../../collector/store/migrate.ts';
import type { SystemQuery } from '../../../collector/queries/run.ts';
import { runQuery, runSystemQuery } from '../../../collector/queries/run.ts';
import { callBatch, countTargets, insertUntilStored } from '../../kit/calls.ts';

const ENDLESS = 'SELECT sum(sipHash64(number)) FROM numbers(1000000000000)';

/** Rows of one question across projects. */
function ask<Row>(store: Store, query: string, params: SystemQuery['params'] = {}): Promise<Row[]> {
  return runSystemQuery<Row>(store, { name: 'test', query, params });
}

async function runningQueries(store: Store, prefix: string): Promise<number> {
  const answer = await store.admin.query({
    query: 'SELECT query_id FROM system.processes WHERE startsWith(query_id, {prefix:String})',
    query_params: { prefix },
    format: 'JSONEachRow',
  });
  return (await answer.json()).length;
}

/** Declares the tests; `open` gives the store, once it is open. */
export function storeSuite(open: () => Store): void {
  it('migrates once, and knows it the second time', async () => {
    await migrate(open());
    expect(await migrate(open())).toEqual([]);
  });
  insertTests(open);
  queryTests(open);
}

function insertTests(open: () => Store): void {
  it('stores a batch in every target, once, however often it is sent', async () => {
    const before = await countTargets(open());
    for (let sent = 0; sent < 3; sent++) {
      await insertUntilStored(open(), callBatch('once:1', { writer: 'once', count: 7 }));
    }
    const after = await countTargets(open(), 'once');
    expect(after).toMatchObject({ spans: 7, bodies: 7 });
    expect(after.calls - before.calls).toBe(7);
    expect(after.tokens - before.tokens).toBe(21);
  });

  it('goes by the token, not by the bytes', async () => {
    await insertUntilStored(open(), callBatch('name:1', { writer: 'name', count: 4 }));
    await insertUntilStored(open(), callBatch('name:1', { writer: 'name', count: 4, text: 'encoded anew' }));
    expect(await countTargets(open(), 'name')).toMatchObject({ spans: 4, bodies: 4 });
  });

  it('stores what is new under a new token', async () => {
    await insertUntilStored(open(), callBatch('more:1', { writer: 'more', count: 2 }));
    await insertUntilStored(open(), callBatch('more:2', { writer: 'more', from: 2, count: 2 }));
    expect(await countTargets(open(), 'more')).toMatchObject({ spans: 4, bodies: 4 });
  });

  it('makes one block of a batch, whatever its size', async () => {
    const { bytes, ...batch } = callBatch('big:1', { writer: 'big', count: 100_000, text: 'x'.repeat(200) });
    const whole = bytes as Buffer;
    const size = Math.ceil(whole.length / 40);
    const chunks = Array.from({ length: 40 }, (_, index) => whole.subarray(index * size, (index + 1) * size));
    await insertUntilStored(open(), { ...batch, bytes: chunks });
    const parts = await ask(open(), "SELECT DISTINCT _part FROM spans WHERE writer = 'big'");
    expect(parts).toHaveLength(1);
    expect(await countTargets(open(), 'big')).toMatchObject({ spans: 100_000, bodies: 100_000 });
  });

  it('stores nothing of a batch that is wrong, and says that sending it again is no use', async () => {
    const batch = callBatch('wrong:1', { writer: 'wrong', count: 3 });
    const bytes = Buffer.concat([batch.bytes as Buffer, Buffer.from('\n{"seq":"many"}')]);
    await expect(insertBytes(open(), { ...batch, bytes })).rejects.toMatchObject({
      name: 'StoreError',
      retryable: false,
    });
    expect(await countTargets(open(), 'wrong')).toMatchObject({ spans: 0, bodies: 0 });
  });

  it('calls what may be mended from outside retryable', async () => {
    const batch = callBatch('lost:1', { writer: 'lost' });
    await expect(insertBytes(open(), { ...batch, table: 'no_such_table' })).rejects.toMatchObject({
      name: 'StoreError',
      retryable: true,
      message: expect.stringContaining('no_such_table'),
    });
  });

  it('stores nothing of a batch whose sender goes away', async () => {
    const abort = new AbortController();
    const { bytes, ...batch } = callBatch('gone:1', { writer: 'gone', count: 2000 });
    const sending = insertBytes(open(), {
      ...batch,
      bytes: [bytes as Buffer, Buffer.alloc(50_000_000, '\n')],
      signal: abort.signal,
    });
    setImmediate(() => abort.abort(new Error('gone')));
    await expect(sending).rejects.toThrow('gone');
    await vi.waitFor(async () => expect(await runningQueries(open(), '')).toBe(1));
    expect(await countTargets(open(), 'gone')).toMatchObject({ spans: 0, bodies: 0 });
    await insertUntilStored(open(), { ...batch, bytes });
    expect(await countTargets(open(), 'gone')).toMatchObject({ spans: 2000, bodies: 2000 });
  });
}

function queryTests(open: () => Store): void {
  it('binds parameters of every kind unchanged', async () => {
    const text = 'it\'s "quoted"\n\ttabbed \\ 関所 {x:String} \u0000';
    const list = ['a', "b'c", '関'];
    const query = 'SELECT {text:String} AS text, {list:Array(String)} AS list, {n:UInt64} AS n';
    expect(await ask(open(), query, { text, list, n: '18446744073709551615' })).toEqual([
      { text, list, n: '18446744073709551615' },
    ]);
  });

  it('shows a project its own calls, times in UTC and money as text', async () => {
    await insertUntilStored(open(), callBatch('mine:1', { project: 'mine', writer: 'mine' }));
    const question = {
      name: 'calls',
      query:
        'SELECT project_id, started_at, received_at, cost_total FROM spans WHERE writer = {writer:String}',
      params: { writer: 'mine' },
    };
    expect(await runQuery(open(), { ...question, project_id: 'mine' })).toEqual([
      {
        project_id: 'mine',
        started_at: '2026-11-02T00:00:00.000Z',
        received_at: '2026-11-02T00:00:00Z',
        cost_total: '0.000000000001',
      },
    ]);
    if (open().separated) expect(await runQuery(open(), { ...question, project_id: 'other' })).toEqual([]);
  });

  it('answers query_timeout for a question that takes too long', async () => {
    const query = `${ENDLESS} SETTINGS max_execution_time = 1`;
    const asking = runQuery(open(), { name: 'slow', project_id: 'p1', query });
    await expect(asking).rejects.toMatchObject({ code: 'query_timeout' });
  });

  it('answers invalid_query for more rows than asked for, store_unavailable for the rest', async () => {
    const query = 'SELECT number FROM numbers(11)';
    const many = runQuery(open(), { name: 'many', project_id: 'p1', query, max_rows: 10 });
    await expect(many).rejects.toMatchObject({ code: 'invalid_query' });
    const missing = runQuery(open(), { name: 'none', project_id: 'p1', query: 'SELECT 1 FROM nowhere' });
    await expect(missing).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('ends a silent question when nobody waits for it any more', async () => {
    const abort = new AbortController();
    const asking = runQuery(open(), {
      name: 'silent',
      project_id: 'p1',
      query: ENDLESS,
      signal: abort.signal,
    });
    await vi.waitFor(async () => expect(await runningQueries(open(), 'silent-')).toBe(1));
    abort.abort(new Error('hung up'));
    await expect(asking).rejects.toThrow('hung up');
    await vi.waitFor(async () => expect(await runningQueries(open(), 'silent-')).toBe(0), { timeout: 3000 });
  });

  it('says whether it answers', async () => {
    expect(await open().ping()).toBe(true);
  });
}
