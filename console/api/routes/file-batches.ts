/**
 * Many files put into a vector store at once. A batch is no object of its own: it is the files that carry its id, and
 * its id carries the time.
 */
import { UUID, uuidv7 } from 'uuidv7';
import type { z } from 'zod';
import { AppError } from '../../../errors.ts';
import type { Registry } from '../../../collector/registry/store.ts';
import { listStoreFiles, type StoreFile } from '../../../evals/sources/live.ts';
import * as contract from '../../contract/vector-stores.ts';
import { defineEndpoint } from '../endpoint.ts';
import { reviseObject } from '../managed/object.ts';
import { toPage } from '../managed/page-of.ts';
import { attachFiles, POLL_AFTER, POLL_HEADER, toStoreFileObject } from '../managed/store-files.ts';
import { countFiles, getStoreEntry, getUsableStore, toChunking } from '../managed/vector-stores.ts';

type FileBatchObject = z.infer<typeof contract.fileBatchObject>;

const PREFIX = 'vsfb_';

const createFileBatch = defineEndpoint(contract.createFileBatch, ({ registry }, { params, body, caller }) => {
  const store = getUsableStore(registry, params.project_id, params.vector_store_id);
  const common = {
    attributes: body.attributes ?? {},
    chunking: toChunking(body.chunking_strategy, store.body.chunking),
  };
  const listed = (body.files ?? []).map(({ file_id, attributes, chunking_strategy }) => ({
    file_id,
    attributes: attributes ?? common.attributes,
    chunking: toChunking(chunking_strategy, common.chunking),
  }));
  const named = (body.file_ids ?? []).map((file_id) => ({ file_id, ...common }));
  const attachments = [...new Map([...named, ...listed].map((each) => [each.file_id, each])).values()];
  if (attachments.length === 0) {
    throw new AppError('invalid_body', 'file_ids: name at least one file, here or in files', {
      param: 'file_ids',
    });
  }
  const batch_id = PREFIX + uuidv7();
  attachFiles(registry, store, attachments, { actor: caller.actor, batch_id });
  return toBatchObject(store.id, batch_id, listBatch(registry, { ...params, batch_id }));
});

const getFileBatch = defineEndpoint(contract.getFileBatch, ({ registry }, { params, response }) => {
  const { vector_store_id, batch_id } = params;
  const batch = toBatchObject(vector_store_id, batch_id, listBatch(registry, params));
  if (batch.status === 'in_progress') response.set(POLL_HEADER, POLL_AFTER);
  return batch;
});

const cancelFileBatch = defineEndpoint(contract.cancelFileBatch, ({ registry }, { params, caller }) => {
  const author = { actor: caller.actor, reason: 'cancelled' };
  registry.transaction(() => {
    for (const entry of listBatch(registry, params)) {
      if (entry.body.status === 'in_progress') reviseObject(registry, entry, { status: 'cancelled' }, author);
    }
  });
  return toBatchObject(params.vector_store_id, params.batch_id, listBatch(registry, params));
});

const listFileBatchFiles = defineEndpoint(contract.listFileBatchFiles, ({ registry }, { params, query }) => {
  const files = listBatch(registry, params)
    .filter((entry) => !query.filter || entry.body.status === query.filter)
    .map((entry) => ({ id: entry.body.file_id, entry }));
  const page = toPage(files, query);
  return { ...page, data: page.data.map(({ entry }) => toStoreFileObject(registry, entry)) };
});

type Params = { project_id: string; vector_store_id: string; batch_id: string };

/** @throws AppError not_found for a batch that never was, or of which no file is left */
function listBatch(registry: Registry, { project_id, vector_store_id, batch_id }: Params): StoreFile[] {
  const store = getStoreEntry(registry, project_id, vector_store_id);
  const files = listStoreFiles(registry.view, store.id).filter((entry) => entry.body.batch_id === batch_id);
  if (batch_id !== '' && files.length > 0) return files;
  throw new AppError('not_found', `The vector store has no file batch ${batch_id}.`, { param: 'batch_id' });
}

function toBatchObject(vector_store_id: string, id: string, files: readonly StoreFile[]): FileBatchObject {
  const file_counts = countFiles(files);
  return {
    id,
    object: 'vector_store.files_batch',
    created_at: Math.floor(toMillis(id) / 1000),
    vector_store_id,
    status: toStatus(file_counts),
    file_counts,
  };
}

/** A UUIDv7 begins with the time it was made at (RFC 9562, 5.7). */
function toMillis(id: string): number {
  const [hex = ''] = /^[0-9a-f]{12}/.exec(UUID.parse(id.slice(PREFIX.length)).toHex()) ?? [];
  return Number.parseInt(hex, 16);
}

/** Done also where some failed, which the counts say; failed where nothing else came out. */
function toStatus(counts: FileBatchObject['file_counts']): FileBatchObject['status'] {
  if (counts.in_progress > 0) return 'in_progress';
  if (counts.cancelled > 0) return 'cancelled';
  return counts.failed === counts.total ? 'failed' : 'completed';
}

export const fileBatchEndpoints = [createFileBatch, getFileBatch, cancelFileBatch, listFileBatchFiles];
