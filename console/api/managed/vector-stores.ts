/** Vector stores: finding one that can be used, what is shown of it, and when it was last used. */
import { AppError } from '../../../errors.ts';
import { staticChunking, type StaticChunking } from '../../../collector/record/source.ts';
import type { Registry } from '../../../collector/registry/store.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import { findStoreExpiry, listStoreFiles, type StoreFile } from '../../../evals/sources/live.ts';
import type { VectorStoreObject } from '../../contract/vector-stores.ts';
import { getOwn, reviseObject, toUnix } from './object.ts';

export type StoreEntry = RegistryEntry<'vector_store'>;
type ChunkingStrategy = { type: 'auto' } | { type: 'static'; static: StaticChunking };

const DAY_MS = 86_400_000;
/** Of the time after which a store expires: how far the noted last use may lie behind. */
const NOTED_SHARE = 0.25;

/** When each store was last searched, as this process saw it (epoch ms). */
const searched = new WeakMap<Registry, Map<string, number>>();

/** @throws AppError not_found, also for a deleted one */
export function getStoreEntry(registry: Registry, project_id: string, id: string): StoreEntry {
  const entry = getOwn(registry, 'vector_store', id, project_id);
  if (entry.body.status !== 'deleted') return entry;
  throw new AppError('not_found', `This project has no vector store ${id}.`, { param: 'vector_store_id' });
}

/** @throws AppError not_found, also for one that has expired: it can be looked at and deleted, no more */
export function getUsableStore(registry: Registry, project_id: string, id: string): StoreEntry {
  const entry = getStoreEntry(registry, project_id, id);
  if (!isExpired(registry, entry)) return entry;
  throw new AppError('not_found', `The vector store ${id} has expired.`, { param: 'vector_store_id' });
}

/** Notes that a store is in use. At once in memory; in the registry once a day at most where it could expire. */
export function noteSearch(registry: Registry, entry: StoreEntry): void {
  const times = searched.get(registry) ?? new Map<string, number>();
  searched.set(registry, times.set(entry.id, Date.now()));
  const days = entry.body.expires_after_days;
  if (days === null) return;
  const age = Date.now() - Date.parse(entry.updated_at);
  // A store that lasts a day would not outlive a restart if its use were noted a day late.
  if (age > Math.min(days * NOTED_SHARE, 1) * DAY_MS) {
    reviseObject(registry, entry, {}, { actor: 'system', reason: 'searched' });
  }
}

function activeAt(registry: Registry, entry: StoreEntry): number {
  return Math.max(Date.parse(entry.updated_at), searched.get(registry)?.get(entry.id) ?? 0);
}

function isExpired(registry: Registry, entry: StoreEntry): boolean {
  const expires_at = findStoreExpiry(entry, activeAt(registry, entry));
  return expires_at !== undefined && expires_at <= Date.now();
}

export function toStoreObject(registry: Registry, entry: StoreEntry): VectorStoreObject {
  const { id, body, created_at } = entry;
  const files = listStoreFiles(registry.view, id);
  const active_at = activeAt(registry, entry);
  const expires_at = findStoreExpiry(entry, active_at);
  const days = body.expires_after_days;
  const file_counts = countFiles(files);
  return {
    id,
    object: 'vector_store',
    created_at: toUnix(created_at),
    name: body.name,
    description: body.description,
    usage_bytes: files.reduce((sum, file) => sum + file.body.bytes, 0),
    file_counts,
    status: isExpired(registry, entry)
      ? 'expired'
      : file_counts.in_progress > 0
        ? 'in_progress'
        : 'completed',
    expires_after: days === null ? null : { anchor: 'last_active_at', days },
    expires_at: expires_at === undefined ? null : Math.floor(expires_at / 1000),
    last_active_at: Math.floor(active_at / 1000),
    metadata: body.metadata,
    embedding_model: body.embedding_model,
    chunking_strategy: { type: 'static', static: body.chunking },
  };
}

/** How many of `files` are in which state. */
export function countFiles(files: readonly StoreFile[]): VectorStoreObject['file_counts'] {
  const counts = { in_progress: 0, completed: 0, failed: 0, cancelled: 0, total: files.length };
  for (const { body } of files) if (body.status !== 'deleted') counts[body.status]++;
  return counts;
}

/** The rule that `strategy` stands for; `auto` is `fallback`. @throws AppError invalid_body for too much overlap */
export function toChunking(strategy: ChunkingStrategy | undefined, fallback: StaticChunking): StaticChunking {
  if (strategy?.type !== 'static') return fallback;
  const parsed = staticChunking.safeParse(strategy.static);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = `chunking_strategy.static.${issue?.path.join('.') ?? ''}`;
  throw new AppError('invalid_body', `${param}: ${issue?.message ?? 'not valid'}`, { param });
}
