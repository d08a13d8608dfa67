/** Copies each revision to ClickHouse, for joins and audit. Never in the way: it lags and catches up. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Revision } from '../record/registry.ts';
import type { Store } from '../store/client.ts';
import { insertBytes } from '../store/insert.ts';
import type { Registry } from './store.ts';

const BATCH = 100;
const BACKOFF_MIN_MS = 250;
const BACKOFF_MAX_MS = 30_000;
const COLUMNS = [
  'seq',
  'project_id',
  'kind',
  'id',
  'revision',
  'body',
  'actor',
  'reason',
  'at',
  'prev_hash',
] as const;

export type RegistryShipper = {
  start(): void;
  /** Resolves once all revisions of now are in ClickHouse; not before, however long it is away. */
  settled(): Promise<void>;
  /** Ends it, in the middle of a wait or a send as well; what is unsent goes with the next start. */
  stop(): Promise<void>;
};

/** Ships `registry` to the table `registry_log` of `store`. */
export function createRegistryShipper(registry: Registry, store: () => Promise<Store>): RegistryShipper {
  const ended = new AbortController();
  let running: Promise<void> | undefined;

  const shipOne = async (revision: Revision): Promise<void> => {
    const open = await store();
    await insertBytes(open, {
      table: 'registry_log',
      columns: COLUMNS,
      format: 'JSONEachRow',
      bytes: Buffer.from(toRow(revision)),
      // One revision, one token: wherever a crash falls, what is sent again is the same batch.
      token: `registry-${registry.genesis}-${revision.seq}`,
      signal: ended.signal,
    });
    registry.setShippedSeq(revision.seq);
  };

  const run = async (): Promise<void> => {
    let backoff = BACKOFF_MIN_MS;
    while (!ended.signal.aborted) {
      try {
        for (const revision of registry.revisionsAfter(registry.shippedSeq(), BATCH)) await shipOne(revision);
        backoff = BACKOFF_MIN_MS;
        if (registry.shippedSeq() >= registry.seq) await nextAppend(registry, ended.signal);
      } catch {
        const wait = backoff * (0.5 + Math.random() / 2);
        await delay(wait, undefined, { signal: ended.signal }).catch(() => {});
        backoff = Math.min(backoff * 2, BACKOFF_MAX_MS);
      }
    }
  };

  return {
    start: () => void (running ??= run()),
    async settled() {
      while (registry.shippedSeq() < registry.seq) await delay(20);
    },
    async stop() {
      ended.abort();
      await running;
    },
  };
}

function nextAppend(registry: Registry, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      stopListening();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const stopListening = registry.onAppend(finish);
    signal.addEventListener('abort', finish);
  });
}

function toRow(revision: Revision): string {
  const { body, at } = revision;
  // ClickHouse takes milliseconds since the epoch for DateTime64(3), in any time zone.
  return JSON.stringify({ ...revision, body: JSON.stringify(body), at: Date.parse(at) });
}
