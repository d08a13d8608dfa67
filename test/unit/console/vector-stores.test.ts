/** Vector stores as objects: what they take, count and refuse. Nothing is read here: no evals room runs. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startTestConsole, type TestConsole } from '../../kit/console.ts';
import { waitUntil } from '../../kit/wait.ts';
import { createAsks } from './source-asks.ts';

let room: TestConsole;
let { ask, remove, addFile, makeStore, write } = {} as ReturnType<typeof createAsks>;

beforeAll(async () => {
  room = await startTestConsole();
  ({ ask, remove, addFile, makeStore, write } = createAsks(room));
});
afterAll(() => room.stop());

const DAY_S = 86_400;

describe('a vector store', () => {
  it('is made with its files, all or none', async () => {
    const files = [await addFile('one'), await addFile('two')];
    const made = await ask('/vector_stores', { name: 'two', file_ids: files, metadata: { a: 'b' } });
    expect(made.body).toMatchObject({
      object: 'vector_store',
      status: 'in_progress',
      file_counts: { in_progress: 2, total: 2 },
      metadata: { a: 'b' },
      expires_after: null,
      chunking_strategy: { static: { max_chunk_size_tokens: 800, chunk_overlap_tokens: 400 } },
    });
    const refused = await ask('/vector_stores', { name: 'never', file_ids: [files[0], 'file-not-there'] });
    expect(refused.status).toBe(404);
    const { body } = await ask('/vector_stores?limit=100');
    expect(JSON.stringify(body)).not.toContain('"never"');
  });

  it('changes what is named and nothing else', async () => {
    const id = await makeStore({ description: 'kept', expires_after: { anchor: 'last_active_at', days: 7 } });
    const renamed = await ask(`/vector_stores/${id}`, { name: 'new' });
    expect(renamed.body).toMatchObject({ name: 'new', description: 'kept', expires_after: { days: 7 } });
    const endless = await ask(`/vector_stores/${id}`, { expires_after: null, name: null });
    expect(endless.body).toMatchObject({ name: 'new', expires_after: null, expires_at: null });
  });

  it.each([
    [
      {
        chunking_strategy: {
          type: 'static',
          static: { max_chunk_size_tokens: 100, chunk_overlap_tokens: 51 },
        },
      },
      'chunking_strategy.static.chunk_overlap_tokens',
    ],
    [
      {
        chunking_strategy: { type: 'static', static: { max_chunk_size_tokens: 99, chunk_overlap_tokens: 0 } },
      },
      'chunking_strategy.static.max_chunk_size_tokens',
    ],
    [{ expires_after: { anchor: 'created_at', days: 1 } }, 'expires_after.anchor'],
    [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, 'v'])) }, 'metadata'],
  ])('is refused with %j', async (body, param) => {
    const answer = await ask('/vector_stores', body);
    expect([answer.status, answer.body.error['code'], answer.body.error['param']]).toEqual([
      400,
      'invalid_body',
      param,
    ]);
  });

  it('expires after its last use, and then can be looked at and deleted, no more', async () => {
    const id = await makeStore({ expires_after: { anchor: 'last_active_at', days: 1 } });
    const fresh = (await ask(`/vector_stores/${id}`)).body;
    expect(fresh['expires_at']).toBe((fresh['last_active_at'] as number) + DAY_S);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 0.9 * DAY_S * 1000 });
    onTestFinished(() => void vi.useRealTimers());
    expect((await ask(`/vector_stores/${id}/search`, { query: 'x' })).status).toBe(200);
    vi.setSystemTime(Date.now() + 0.9 * DAY_S * 1000);
    // It was in use in between.
    expect((await ask(`/vector_stores/${id}`)).body['status']).toBe('completed');
    vi.setSystemTime(Date.now() + 0.2 * DAY_S * 1000);
    expect((await ask(`/vector_stores/${id}`)).body['status']).toBe('expired');
    for (const path of [
      `/vector_stores/${id}/search`,
      `/vector_stores/${id}`,
      `/vector_stores/${id}/files`,
    ]) {
      const body = { query: 'x', name: 'x', file_id: 'file-x' };
      expect((await ask(path, body)).body.error?.['message']).toContain('has expired');
    }
    expect((await remove(`/vector_stores/${id}`)).status).toBe(200);
  });

  it('is gone when it is deleted, and what was under way in it ends', async () => {
    const file = await addFile();
    const id = await makeStore({ file_ids: [file] });
    expect((await remove(`/vector_stores/${id}`)).body).toMatchObject({ deleted: true });
    expect((await ask(`/vector_stores/${id}`)).status).toBe(404);
    expect((await ask(`/vector_stores/${id}/search`, { query: 'x' })).status).toBe(404);
    room.registry.refresh();
    expect(room.registry.view.find('vector_store_file', `${id}:${file}`)?.body.status).toBe('deleted');
    expect((await ask(`/files/${file}`)).status).toBe(200);
  });
});

describe('files in a store', () => {
  it('are not those of another project', async () => {
    const theirs = await addFile('theirs', 'stranger');
    const id = await makeStore();
    expect((await ask(`/vector_stores/${id}/files`, { file_id: theirs })).status).toBe(404);
    expect((await ask(`/vector_stores/${id}/file_batches`, { file_ids: [theirs] })).status).toBe(404);
    expect((await ask(`/vector_stores/${id}`, undefined, 'stranger')).status).toBe(404);
  });

  it('tell an SDK that waits for them when to ask again', async () => {
    const [id, file] = [await makeStore(), await addFile()];
    await ask(`/vector_stores/${id}/files`, { file_id: file });
    const answer = await ask(`/vector_stores/${id}/files/${file}`);
    expect(answer.headers.get('openai-poll-after-ms')).toBe('500');
  });

  it('are read again when they are added anew by another rule, and not by the same', async () => {
    const [id, file] = [await makeStore(), await addFile()];
    const add = (more: object = {}) => ask(`/vector_stores/${id}/files`, { file_id: file, ...more });
    await add();
    const entryId = `${id}:${file}`;
    await write('vector_store_file', entryId, { status: 'completed', chunks: 1 });
    const ingest = () => {
      room.registry.refresh();
      return room.registry.view.find('vector_store_file', entryId)?.body.ingest_id;
    };
    const first = ingest();
    await waitUntil('it to be known', async () =>
      JSON.stringify(await ask(`/vector_stores/${id}`)).includes('"completed":1'),
    );
    expect((await add({ attributes: { year: 2026 } })).body).toMatchObject({
      status: 'completed',
      attributes: { year: 2026 },
    });
    expect(ingest()).toBe(first);
    const rule = { type: 'static', static: { max_chunk_size_tokens: 200, chunk_overlap_tokens: 0 } };
    expect((await add({ chunking_strategy: rule })).body['status']).toBe('in_progress');
    expect(ingest()).not.toBe(first);
  });

  it('leave with their file', async () => {
    const file = await addFile('leaves');
    const id = await makeStore({ file_ids: [file] });
    await remove(`/files/${file}`);
    expect((await ask(`/vector_stores/${id}/files`)).body.data).toEqual([]);
    expect((await ask(`/vector_stores/${id}/files/${file}`)).status).toBe(404);
  });

  it('are listed quickly where there are thousands', async () => {
    const id = await makeStore();
    const file = await addFile('the one');
    room.registry.refresh();
    const entry = room.registry.view.find('file', file);
    if (!entry) throw new Error('no file');
    const common = { project_id: room.project_id, actor: 'test', reason: 'test', expected_revision: 0 };
    room.registry.transaction(() => {
      for (let i = 0; i < 2_000; i++) {
        const file_id = `file-${String(i).padStart(36, '0')}`;
        room.registry.append({ ...common, kind: 'file', id: file_id, body: entry.body });
        const body = {
          vector_store_id: id,
          file_id,
          batch_id: 'vsfb_many',
          attributes: {},
          chunking: { max_chunk_size_tokens: 800, chunk_overlap_tokens: 400 },
          status: 'completed' as const,
          last_error: null,
          ingest_id: String(i),
          chunks: 1,
          tokens: 1,
          bytes: 2,
        };
        room.registry.append({ ...common, kind: 'vector_store_file', id: `${id}:${file_id}`, body });
      }
    });
    await waitUntil('all of them', async () => {
      const { body } = await ask(`/vector_stores/${id}`);
      return (
        (body['file_counts'] as { completed: number }).completed === 2_000 && body['usage_bytes'] === 4_000
      );
    });
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const started = performance.now();
      const page = await ask(`/vector_stores/${id}/files?limit=100`);
      times.push(performance.now() - started);
      expect(page.body.data).toHaveLength(100);
    }
    expect(times.toSorted((a, b) => a - b)[10]).toBeLessThan(100);
    const last = await ask(
      `/vector_stores/${id}/files?limit=100&order=asc&after=file-${'1950'.padStart(36, '0')}`,
    );
    expect(last.body).toMatchObject({ has_more: false });
    expect(last.body.data).toHaveLength(49);
  });
});

describe('a batch', () => {
  it('counts its files, and is cancelled as far as it has not been read', async () => {
    const files = [await addFile('1'), await addFile('2'), await addFile('3')];
    const id = await makeStore();
    const batch = await ask(`/vector_stores/${id}/file_batches`, {
      file_ids: [files[0], files[1], files[1]],
      files: [{ file_id: files[2], attributes: { own: true } }],
      attributes: { common: 1 },
    });
    expect(batch.body).toMatchObject({ status: 'in_progress', file_counts: { in_progress: 3, total: 3 } });
    expect(Math.abs((batch.body['created_at'] as number) - Date.now() / 1000)).toBeLessThan(60);
    await write('vector_store_file', `${id}:${files[0]}`, { status: 'completed' });
    const path = `/vector_stores/${id}/file_batches/${batch.body.id}`;
    await waitUntil('it to be known', async () => JSON.stringify(await ask(path)).includes('"completed":1'));
    const cancelled = await ask(`${path}/cancel`, undefined, 'builder', 'POST');
    expect(cancelled.body).toMatchObject({
      status: 'cancelled',
      file_counts: { completed: 1, cancelled: 2 },
    });
    const listed = await ask(`${path}/files?filter=cancelled&order=asc`);
    expect(listed.body.data.map((each) => each.id)).toEqual([files[1], files[2]]);
    expect(listed.body.data.map((each) => each['attributes'])).toEqual([{ common: 1 }, { own: true }]);
  });

  it.each(['vsfb_none', 'x'])('that is none is not found: %s', async (batch) => {
    expect((await ask(`/vector_stores/${await makeStore()}/file_batches/${batch}`)).status).toBe(404);
  });

  it('without files is refused', async () => {
    const answer = await ask(`/vector_stores/${await makeStore()}/file_batches`, { file_ids: [] });
    expect(answer.body.error).toMatchObject({ code: 'invalid_body', param: 'file_ids' });
  });
});
