/** Vector stores: places where files are kept to be searched. */
import { uuidv7 } from 'uuidv7';
import { DEFAULT_CHUNKING } from '../../../collector/record/source.ts';
import * as contract from '../../contract/vector-stores.ts';
import { defineEndpoint } from '../endpoint.ts';
import { listOwn, reviseObject } from '../managed/object.ts';
import { toPage } from '../managed/page-of.ts';
import { attachFiles } from '../managed/store-files.ts';
import { getStoreEntry, getUsableStore, toChunking, toStoreObject } from '../managed/vector-stores.ts';

const listVectorStores = defineEndpoint(contract.listVectorStores, ({ registry }, { params, query }) => {
  const stores = listOwn(registry, 'vector_store', params.project_id);
  const page = toPage(stores, query, (entry) => entry.body.status !== 'deleted');
  return { ...page, data: page.data.map((entry) => toStoreObject(registry, entry)) };
});

const createVectorStore = defineEndpoint(
  contract.createVectorStore,
  ({ registry, config }, { params, body, caller }) => {
    const chunking = toChunking(body.chunking_strategy, DEFAULT_CHUNKING);
    const { actor } = caller;
    const store = { kind: 'vector_store', id: `vs_${uuidv7()}`, project_id: params.project_id } as const;
    const state = {
      name: body.name,
      description: body.description,
      metadata: body.metadata ?? {},
      chunking,
      embedding_model: body.embedding_model ?? config.SEKISHO_EMBEDDING_MODEL,
      expires_after_days: body.expires_after?.days ?? null,
      status: 'active',
    } as const;
    const files = [...new Set(body.file_ids)].map((file_id) => ({ file_id, attributes: {}, chunking }));
    registry.transaction(() => {
      registry.append({ ...store, body: state, actor, reason: 'created', expected_revision: 0 });
      attachFiles(registry, store, files, { actor });
    });
    return toStoreObject(registry, getStoreEntry(registry, params.project_id, store.id));
  },
);

const getVectorStore = defineEndpoint(contract.getVectorStore, ({ registry }, { params }) =>
  toStoreObject(registry, getStoreEntry(registry, params.project_id, params.vector_store_id)),
);

const updateVectorStore = defineEndpoint(
  contract.updateVectorStore,
  ({ registry }, { params, body, caller }) => {
    const entry = getUsableStore(registry, params.project_id, params.vector_store_id);
    const change = {
      ...(typeof body.name === 'string' ? { name: body.name } : {}),
      ...(body.description === undefined ? {} : { description: body.description }),
      ...(body.metadata === undefined ? {} : { metadata: body.metadata ?? {} }),
      ...(body.expires_after === undefined ? {} : { expires_after_days: body.expires_after?.days ?? null }),
    };
    const author = { actor: caller.actor, reason: 'changed' };
    return toStoreObject(registry, reviseObject(registry, entry, change, author));
  },
);

const deleteVectorStore = defineEndpoint(contract.deleteVectorStore, ({ registry }, { params, caller }) => {
  const entry = getStoreEntry(registry, params.project_id, params.vector_store_id);
  const author = { actor: caller.actor, reason: 'deleted' };
  registry.transaction(() => {
    reviseObject(registry, entry, { status: 'deleted' }, author);
    // What is done needs no word: without its store it is nowhere. What is under way has to be ended.
    for (const file of registry.view.listStoreFiles(entry.id)) {
      if (file.body.status === 'in_progress') reviseObject(registry, file, { status: 'deleted' }, author);
    }
  });
  return { id: entry.id, object: 'vector_store.deleted', deleted: true as const };
});

export const vectorStoreEndpoints = [
  listVectorStores,
  createVectorStore,
  getVectorStore,
  updateVectorStore,
  deleteVectorStore,
];
