/** Files in vector stores: putting them in, finding them, and what is shown of them. */
import { AppError } from '../../../errors.ts';
import type { FileAttributes, StaticChunking } from '../../../collector/record/source.ts';
import type { Registry } from '../../../collector/registry/store.ts';
import { newIngestId } from '../../../evals/sources/ingest-id.ts';
import { isLiveFile, listStoreFiles, type StoreFile, toStoreFileId } from '../../../evals/sources/live.ts';
import type { VectorStoreFileObject } from '../../contract/vector-stores.ts';
import { getFileEntry } from './files.ts';
import { toUnix } from './object.ts';

/** As at OpenAI: what lists and searches of one store are made for. */
const MAX_FILES = 10_000;
/** How soon an SDK that waits for a file asks again (ms); OpenAI's own header. */
export const POLL_HEADER = 'openai-poll-after-ms';
export const POLL_AFTER = '500';

type StorePlace = { id: string; project_id: string };
export type Attachment = { file_id: string; attributes: FileAttributes; chunking: StaticChunking };

/** @throws AppError not_found */
export function getStoreFile(registry: Registry, store: StorePlace, file_id: string): StoreFile {
  const entry = registry.view.find('vector_store_file', toStoreFileId(store.id, file_id));
  const isThere = entry && entry.body.status !== 'deleted' && isLiveFile(registry.view.find('file', file_id));
  if (isThere) return entry;
  throw new AppError('not_found', `The vector store ${store.id} has no file ${file_id}.`, {
    param: 'file_id',
  });
}

/**
 * Puts files into a store, all or none; each becomes a job. One that is in it already, cut by the same rule, is not
 * read again. @throws AppError not_found for a file that is not there; invalid_body for too many
 */
export function attachFiles(
  registry: Registry,
  store: StorePlace,
  attachments: readonly Attachment[],
  author: { actor: string; batch_id?: string },
): void {
  for (const { file_id } of attachments) getFileEntry({ registry }, store.project_id, file_id);
  const present = listStoreFiles(registry.view, store.id).map((entry) => entry.body.file_id);
  if (new Set([...present, ...attachments.map((each) => each.file_id)]).size > MAX_FILES) {
    throw new AppError('invalid_body', `A vector store takes at most ${MAX_FILES} files.`, {
      param: 'file_ids',
    });
  }
  registry.transaction(() => {
    for (const attachment of attachments) attach(registry, store, attachment, author);
  });
}

function attach(
  registry: Registry,
  { id: vector_store_id, project_id }: StorePlace,
  { file_id, attributes, chunking }: Attachment,
  { actor, batch_id = '' }: { actor: string; batch_id?: string },
): void {
  const id = toStoreFileId(vector_store_id, file_id);
  const before = registry.view.find('vector_store_file', id);
  const isKept =
    (before?.body.status === 'completed' || before?.body.status === 'in_progress') &&
    before.body.chunking.max_chunk_size_tokens === chunking.max_chunk_size_tokens &&
    before.body.chunking.chunk_overlap_tokens === chunking.chunk_overlap_tokens;
  const anew = {
    status: 'in_progress',
    last_error: null,
    ingest_id: newIngestId(),
    chunks: 0,
    tokens: 0,
    bytes: 0,
  } as const;
  const state = before && isKept ? before.body : { vector_store_id, file_id, ...anew };
  registry.append({
    kind: 'vector_store_file',
    id,
    project_id,
    body: { ...state, batch_id, attributes, chunking },
    actor,
    reason: 'added',
    expected_revision: before?.revision ?? 0,
  });
}

export function toStoreFileObject(
  registry: Registry,
  { body, created_at }: StoreFile,
): VectorStoreFileObject {
  const { file_id, vector_store_id, status, last_error, attributes, chunking, chunks, tokens, bytes } = body;
  return {
    id: file_id,
    object: 'vector_store.file',
    created_at: toUnix(created_at),
    usage_bytes: bytes,
    vector_store_id,
    // One that was taken out is not shown.
    status: status === 'deleted' ? 'cancelled' : status,
    last_error,
    attributes,
    chunking_strategy: { type: 'static', static: chunking },
    filename: registry.view.find('file', file_id)?.body.filename ?? '',
    chunks,
    tokens,
  };
}
