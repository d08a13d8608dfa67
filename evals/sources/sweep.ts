/**
 * Takes chunks off the disk that nothing can find any more: of files taken out of their store, deleted or expired, of
 * stores that are gone, of attempts that were given up. They were out of every search at once; this is so that data
 * does not stay for ever.
 */
import { listStoredIngests, type StoredIngest } from '../../collector/queries/system/stored-ingests.ts';
import { deleteRows } from '../../collector/store/delete-rows.ts';
import type { RegistryView } from '../../collector/registry/view.ts';
import type { EvalsContext } from '../context.ts';
import { findStoreExpiry, isLiveIngest } from './live.ts';

const EVERY_MS = 600_000;
/** An ingest that our copy of the registry has not heard of yet is younger than that. */
const OLDER_THAN_S = 3600;
/** Searches are noted once a day only, so a store that seems to have expired may be in use. */
const EXPIRED_FOR_MS = 2 * 86_400_000;
/** Of one vector store, in one DELETE. */
const AT_ONCE = 5_000;

export type Sweeper = { start(): void; stop(): Promise<void> };

/** A sweeper that looks every ten minutes. */
export function createSweeper(context: EvalsContext): Sweeper {
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<unknown> = Promise.resolve();
  const sweep = (): void => {
    sweeping = sweepChunks(context, OLDER_THAN_S).catch((error: unknown) => {
      context.say(`chunks could not be swept: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  return {
    start() {
      timer ??= setInterval(sweep, EVERY_MS).unref();
    },
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}

/**
 * Deletes the chunks of ingests that are no more, if the newest is older than `older_than_s` seconds; returns how
 * many ingests that were. @throws AppError store_unavailable; StoreError
 */
export async function sweepChunks(
  context: Pick<EvalsContext, 'registry' | 'store'>,
  older_than_s: number,
): Promise<number> {
  const store = await context.store();
  const stored = await listStoredIngests(store, older_than_s);
  let swept = 0;
  for (const ingests of Map.groupBy(
    stored,
    (each) => `${each.project_id} ${each.vector_store_id}`,
  ).values()) {
    const dead = findDead(context.registry, ingests);
    for (let from = 0; from < dead.length; from += AT_ONCE) {
      const part = dead.slice(from, from + AT_ONCE);
      await deleteRows(store, {
        table: 'chunks',
        where: `project_id = {project_id:String} AND vector_store_id = {vector_store_id:String}
          AND ingest_id IN {ingest_ids:Array(String)}`,
        params: { ...part[0], ingest_ids: part.map((each) => each.ingest_id) },
      });
    }
    swept += dead.length;
  }
  return swept;
}

/** Of the ingests of one vector store. */
function findDead(registry: RegistryView, ingests: readonly StoredIngest[]): StoredIngest[] {
  const [{ project_id, vector_store_id } = { project_id: '', vector_store_id: '' }] = ingests;
  // Another installation's, on a server that both use.
  if (!registry.getProject(project_id)) return [];
  const store = registry.find('vector_store', vector_store_id);
  const expires_at = store && findStoreExpiry(store);
  const isExpired = expires_at !== undefined && expires_at + EXPIRED_FOR_MS < Date.now();
  const live = isExpired
    ? []
    : registry.listStoreFiles(vector_store_id).filter((entry) => isLiveIngest(registry, store, entry));
  const names = new Set(live.map((entry) => entry.body.ingest_id));
  return ingests.filter((ingest) => !names.has(ingest.ingest_id));
}
