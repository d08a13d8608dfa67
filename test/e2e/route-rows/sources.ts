/** Rows of files and vector stores. No evals room runs here: a file that must be readable is made so by hand. */
import { insertChunks } from '../../../collector/append/chunks.ts';
import type { Store } from '../../../collector/store/client.ts';
import type { TestConsole } from '../../kit/console.ts';
import type { RouteRow } from '../../kit/routes.ts';
import { waitUntil } from '../../kit/wait.ts';
import { BUILDERS, READERS } from './access.ts';

const FILES = '/api/projects/:project_id/files';
const STORES = '/api/projects/:project_id/vector_stores';

type Made = { id: string };

function toForm(): FormData {
  const form = new FormData();
  form.set('purpose', 'assistants');
  form.set('file', new Blob(['a text of ours']), 'ours.txt');
  return form;
}

async function make(room: TestConsole, path: string, body: unknown): Promise<string> {
  const init = { method: 'POST', body: body instanceof FormData ? body : JSON.stringify(body) };
  const answer = await room.ask('builder', path.replace(':project_id', room.project_id), init);
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as Made).id;
}

const makeFile = (room: TestConsole): Promise<string> => make(room, FILES, toForm());
const makeStore = (room: TestConsole): Promise<string> => make(room, STORES, { name: 'handbook' });

/** A store with one file in it, which waits to be read. */
async function withFile(room: TestConsole) {
  const [store, file] = [await makeStore(room), await makeFile(room)];
  await make(room, `${STORES}/${store}/files`, { file_id: file });
  return { store, file };
}

/** The same, read. */
async function withChunk(room: TestConsole, database: Store) {
  const made = await withFile(room);
  const { registry, project_id } = room;
  registry.refresh();
  const entry = registry.view.find('vector_store_file', `${made.store}:${made.file}`);
  if (!entry) throw new Error('no entry');
  const { vector_store_id, file_id, ingest_id } = entry.body;
  const place = { project_id, vector_store_id, file_id, ingest_id };
  const chunk = { position: 0, text: 'a text of ours', tokens: 4, vector: [], at: new Date().toISOString() };
  await insertChunks(database, [{ ...place, ...chunk }], ingest_id);
  registry.append({
    kind: 'vector_store_file',
    id: entry.id,
    project_id,
    body: { ...entry.body, status: 'completed', chunks: 1, tokens: 4, bytes: 14 },
    actor: 'system',
    reason: 'test',
    expected_revision: entry.revision,
  });
  // The console looks at intervals for what another hand wrote.
  const path = `/api/projects/${project_id}/vector_stores/${made.store}`;
  await waitUntil('the file', async () =>
    (await (await room.ask('owner', path)).text()).includes('"completed":1'),
  );
  return made;
}

async function withBatch(room: TestConsole) {
  const [store, file] = [await makeStore(room), await makeFile(room)];
  const batch = await make(room, `${STORES}/${store}/file_batches`, { file_ids: [file] });
  return { store, batch };
}

export function sourceRows(database: () => Store): Record<string, RouteRow> {
  const ofFile = (rest = '') => ({
    request: async (room: TestConsole) => ({ path: `${FILES}/${await makeFile(room)}${rest}` }),
  });
  const ofStore = (rest = '', body?: unknown) => ({
    request: async (room: TestConsole) => ({ path: `${STORES}/${await makeStore(room)}${rest}`, body }),
  });
  const ofStoreFile = (body?: unknown) => ({
    request: async (room: TestConsole) => {
      const { store, file } = await withFile(room);
      return { path: `${STORES}/${store}/files/${file}`, body };
    },
  });
  const ofBatch = (rest = '') => ({
    request: async (room: TestConsole) => {
      const { store, batch } = await withBatch(room);
      return { path: `${STORES}/${store}/file_batches/${batch}${rest}` };
    },
  });
  const STORE = `${STORES}/:vector_store_id`;
  const lacks = ['sha256', 'ingest_id'];
  return {
    [`GET ${FILES}`]: { statuses: READERS, contains: ['"object":"list"'], lacks },
    [`POST ${FILES}`]: {
      statuses: BUILDERS,
      request: () => ({ body: toForm() }),
      contains: ['"filename":"ours.txt"'],
      lacks,
    },
    [`GET ${FILES}/:file_id`]: { statuses: READERS, ...ofFile(), contains: ['"bytes":14'], lacks },
    [`DELETE ${FILES}/:file_id`]: { statuses: BUILDERS, ...ofFile(), contains: ['"deleted":true'] },
    [`GET ${FILES}/:file_id/content`]: {
      statuses: READERS,
      ...ofFile('/content'),
      contains: ['a text of ours'],
    },
    [`GET ${STORES}`]: { statuses: READERS, contains: ['"object":"list"'] },
    [`POST ${STORES}`]: {
      statuses: BUILDERS,
      request: () => ({ body: { name: 'handbook' } }),
      contains: ['"name":"handbook"'],
    },
    [`GET ${STORE}`]: { statuses: READERS, ...ofStore(), contains: ['"file_counts"'] },
    [`POST ${STORE}`]: {
      statuses: BUILDERS,
      ...ofStore('', { name: 'other' }),
      contains: ['"name":"other"'],
    },
    [`DELETE ${STORE}`]: { statuses: BUILDERS, ...ofStore(), contains: ['"deleted":true'] },
    [`POST ${STORE}/search`]: {
      statuses: READERS,
      request: async (room) => {
        const { store } = await withChunk(room, database());
        return { path: `${STORES}/${store}/search`, body: { query: 'text of ours' } };
      },
      contains: ['a text of ours', '"search_mode":"text"'],
      lacks,
    },
    [`GET ${STORE}/files`]: { statuses: READERS, ...ofStore('/files'), contains: ['"data":[]'], lacks },
    [`POST ${STORE}/files`]: {
      statuses: BUILDERS,
      request: async (room) => {
        const path = `${STORES}/${await makeStore(room)}/files`;
        return { path, body: { file_id: await makeFile(room) } };
      },
      contains: ['"status":"in_progress"'],
      lacks,
    },
    [`GET ${STORE}/files/:file_id`]: { statuses: READERS, ...ofStoreFile(), contains: ['"ours.txt"'], lacks },
    [`POST ${STORE}/files/:file_id`]: {
      statuses: BUILDERS,
      ...ofStoreFile({ attributes: { year: 2026 } }),
      contains: ['"year":2026'],
    },
    [`DELETE ${STORE}/files/:file_id`]: {
      statuses: BUILDERS,
      ...ofStoreFile(),
      contains: ['"deleted":true'],
    },
    [`GET ${STORE}/files/:file_id/content`]: {
      statuses: READERS,
      request: async (room) => {
        const { store, file } = await withChunk(room, database());
        return { path: `${STORES}/${store}/files/${file}/content` };
      },
      contains: ['a text of ours'],
      lacks,
    },
    [`POST ${STORE}/file_batches`]: {
      statuses: BUILDERS,
      request: async (room) => {
        const path = `${STORES}/${await makeStore(room)}/file_batches`;
        return { path, body: { file_ids: [await makeFile(room)] } };
      },
      contains: ['"vector_store.files_batch"'],
    },
    [`GET ${STORE}/file_batches/:batch_id`]: { statuses: READERS, ...ofBatch(), contains: ['"total":1'] },
    [`POST ${STORE}/file_batches/:batch_id/cancel`]: {
      statuses: BUILDERS,
      ...ofBatch('/cancel'),
      contains: ['"status":"cancelled"'],
    },
    [`GET ${STORE}/file_batches/:batch_id/files`]: {
      statuses: READERS,
      ...ofBatch('/files'),
      contains: ['"ours.txt"'],
      lacks,
    },
  };
}
