/** What the sweep takes, and above all what it leaves. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { insertChunks } from '../../../collector/append/chunks.ts';
import { runSystemQuery } from '../../../collector/queries/run.ts';
import type { RegistryBody } from '../../../collector/record/registry.ts';
import type { Registry } from '../../../collector/registry/store.ts';
import { openStore, type Store } from '../../../collector/store/client.ts';
import { migrate } from '../../../collector/store/migrate.ts';
import { sweepChunks } from '../../../evals/sources/sweep.ts';
import { startTestEngine, type TestEngine } from '../../kit/engine.ts';
import { addProject, freshRegistry } from '../../kit/registry.ts';

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

const BY_TEST = { actor: 'test', reason: 'test', expected_revision: 0 } as const;
const HOUR_MS = 3_600_000;

function addStore(
  registry: Registry,
  project_id: string,
  id: string,
  status: 'active' | 'deleted' = 'active',
): void {
  const chunking = { max_chunk_size_tokens: 800, chunk_overlap_tokens: 400 };
  const common = { name: id, description: '', metadata: {}, embedding_model: '', expires_after_days: null };
  registry.append({
    ...BY_TEST,
    kind: 'vector_store',
    id,
    project_id,
    body: { ...common, chunking, status },
  });
}

/** A file in a store with one chunk, named after what is to become of it. */
async function addFile(
  registry: Registry,
  place: { project_id: string; vector_store_id: string },
  name: string,
  state: { status?: RegistryBody<'vector_store_file'>['status']; expires_at?: number; age_ms?: number } = {},
): Promise<void> {
  const { project_id, vector_store_id } = place;
  const { status = 'completed', expires_at = null, age_ms = 2 * HOUR_MS } = state;
  const file = { filename: 'a.txt', purpose: 'assistants', bytes: 1, sha256: 'a'.repeat(64) } as const;
  const file_id = `file-${name}`;
  registry.append({
    ...BY_TEST,
    kind: 'file',
    id: file_id,
    project_id,
    body: { ...file, status: 'processed', expires_at },
  });
  const body = {
    vector_store_id,
    file_id,
    batch_id: '',
    attributes: {},
    chunking: { max_chunk_size_tokens: 800, chunk_overlap_tokens: 400 },
    status,
    last_error: null,
    ingest_id: name,
    chunks: 1,
    tokens: 1,
    bytes: 1,
  };
  registry.append({
    ...BY_TEST,
    kind: 'vector_store_file',
    id: `${vector_store_id}:${file_id}`,
    project_id,
    body,
  });
  await addChunk(place, file_id, name, age_ms);
}

function addChunk(
  place: { project_id: string; vector_store_id: string },
  file_id: string,
  ingest_id: string,
  age_ms = 2 * HOUR_MS,
): Promise<void> {
  const at = new Date(Date.now() - age_ms).toISOString();
  const row = { ...place, file_id, ingest_id, position: 0, text: ingest_id, tokens: 1, vector: [], at };
  return insertChunks(store, [row], `${place.project_id}/${ingest_id}`);
}

it('takes what nothing can find any more, and leaves all else', async () => {
  const registry = freshRegistry();
  const project_id = addProject(registry);
  const live = { project_id, vector_store_id: 'vs_live' };
  const gone = { project_id, vector_store_id: 'vs_gone' };
  addStore(registry, project_id, 'vs_live');
  addStore(registry, project_id, 'vs_gone', 'deleted');
  const past = Math.floor(Date.now() / 1000) - 1;
  await addFile(registry, live, 'left-completed');
  await addFile(registry, live, 'left-in-progress', { status: 'in_progress' });
  await addFile(registry, live, 'left-young', { status: 'deleted', age_ms: 0 });
  await addFile(registry, live, 'taken-removed', { status: 'deleted' });
  await addFile(registry, live, 'taken-cancelled', { status: 'cancelled' });
  await addFile(registry, live, 'taken-failed', { status: 'failed' });
  await addFile(registry, live, 'taken-expired', { expires_at: past });
  await addFile(registry, gone, 'taken-with-its-store');
  // An older attempt at a file that is there.
  await addChunk(live, 'file-left-completed', 'taken-older-attempt');
  // Of an installation that shares the database.
  await addChunk(
    { project_id: 'proj_elsewhere', vector_store_id: 'vs_elsewhere' },
    'file-x',
    'left-of-others',
  );

  const context = { registry: registry.view, store: () => Promise.resolve(store) };
  expect(await sweepChunks(context, 3_600)).toBe(6);
  const rows = await runSystemQuery<{ ingest_id: string }>(store, {
    name: 'test',
    query: 'SELECT ingest_id FROM chunks ORDER BY ingest_id',
  });
  expect(rows.map((row) => row.ingest_id)).toEqual([
    'left-completed',
    'left-in-progress',
    'left-of-others',
    'left-young',
  ]);
  expect(await sweepChunks(context, 3_600)).toBe(0);
});
