/** The files in a vector store: put in, watched, read, taken out. */
import { AppError } from '../../../errors.ts';
import { listChunks } from '../../../collector/queries/list-chunks.ts';
import { listStoreFiles } from '../../../evals/sources/live.ts';
import * as contract from '../../contract/vector-stores.ts';
import { defineEndpoint } from '../endpoint.ts';
import { reviseObject } from '../managed/object.ts';
import { toPage } from '../managed/page-of.ts';
import {
  attachFiles,
  getStoreFile,
  POLL_AFTER,
  POLL_HEADER,
  toStoreFileObject,
} from '../managed/store-files.ts';
import { getStoreEntry, getUsableStore, toChunking } from '../managed/vector-stores.ts';

const listVectorStoreFiles = defineEndpoint(
  contract.listVectorStoreFiles,
  ({ registry }, { params, query }) => {
    const store = getStoreEntry(registry, params.project_id, params.vector_store_id);
    const there = new Set(listStoreFiles(registry.view, store.id));
    // Known by the file's id outside, whatever the entry's own is.
    const files = registry.view.listStoreFiles(store.id).map((entry) => ({ id: entry.body.file_id, entry }));
    const page = toPage(
      files,
      query,
      ({ entry }) => there.has(entry) && (!query.filter || entry.body.status === query.filter),
    );
    return { ...page, data: page.data.map(({ entry }) => toStoreFileObject(registry, entry)) };
  },
);

const addVectorStoreFile = defineEndpoint(
  contract.addVectorStoreFile,
  ({ registry }, { params, body, caller }) => {
    const store = getUsableStore(registry, params.project_id, params.vector_store_id);
    const { file_id, attributes, chunking_strategy } = body;
    const chunking = toChunking(chunking_strategy, store.body.chunking);
    attachFiles(registry, store, [{ file_id, attributes: attributes ?? {}, chunking }], {
      actor: caller.actor,
    });
    return toStoreFileObject(registry, getStoreFile(registry, store, file_id));
  },
);

const getVectorStoreFile = defineEndpoint(
  contract.getVectorStoreFile,
  ({ registry }, { params, response }) => {
    const store = getStoreEntry(registry, params.project_id, params.vector_store_id);
    const entry = getStoreFile(registry, store, params.file_id);
    if (entry.body.status === 'in_progress') response.set(POLL_HEADER, POLL_AFTER);
    return toStoreFileObject(registry, entry);
  },
);

const updateVectorStoreFile = defineEndpoint(
  contract.updateVectorStoreFile,
  ({ registry }, { params, body, caller }) => {
    const store = getUsableStore(registry, params.project_id, params.vector_store_id);
    const entry = getStoreFile(registry, store, params.file_id);
    const author = { actor: caller.actor, reason: 'attributes changed' };
    return toStoreFileObject(
      registry,
      reviseObject(registry, entry, { attributes: body.attributes ?? {} }, author),
    );
  },
);

const removeVectorStoreFile = defineEndpoint(
  contract.removeVectorStoreFile,
  ({ registry }, { params, caller }) => {
    const store = getStoreEntry(registry, params.project_id, params.vector_store_id);
    const entry = getStoreFile(registry, store, params.file_id);
    reviseObject(registry, entry, { status: 'deleted' }, { actor: caller.actor, reason: 'taken out' });
    return { id: params.file_id, object: 'vector_store.file.deleted', deleted: true as const };
  },
);

const getVectorStoreFileContent = defineEndpoint(
  contract.getVectorStoreFileContent,
  async ({ registry, store: open }, { params, query }) => {
    const store = getStoreEntry(registry, params.project_id, params.vector_store_id);
    const { body } = getStoreFile(registry, store, params.file_id);
    const from = parsePage(query.page);
    const place = { project_id: params.project_id, vector_store_id: store.id, file_id: body.file_id };
    // While it is read there is nothing to show: what is stored by now is not the whole of it.
    const chunks =
      body.status === 'completed'
        ? await listChunks(
            await open(),
            { ...place, ingest_id: body.ingest_id },
            { from, limit: query.limit },
          )
        : [];
    const next = from + chunks.length;
    const has_more = chunks.length > 0 && next < body.chunks;
    return {
      object: 'vector_store.file_content.page' as const,
      data: chunks.map(({ text, tokens }) => ({ type: 'text' as const, text, tokens })),
      has_more,
      next_page: has_more ? String(next) : null,
    };
  },
);

/** A page is named by its first chunk. */
function parsePage(page: string | undefined): number {
  if (page === undefined) return 0;
  if (!/^\d{1,9}$/.test(page))
    throw new AppError('invalid_query', 'page: is not one of ours', { param: 'page' });
  return Number(page);
}

export const vectorStoreFileEndpoints = [
  listVectorStoreFiles,
  addVectorStoreFile,
  getVectorStoreFile,
  updateVectorStoreFile,
  removeVectorStoreFile,
  getVectorStoreFileContent,
];
