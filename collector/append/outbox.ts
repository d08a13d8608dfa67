/**
 * Small records on their way into ClickHouse: what was appended is durable at once, and arrives once, also while the
 * database is away and through any number of kills.
 */
import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../errors.ts';
import type { Store } from '../store/client.ts';
import { openOutboxFile, type OutboxFile } from './outbox-file.ts';
import { insertScores, type ScoreRow } from './scores.ts';

/** So long a batch waits for more, once the first of its rows is there. */
const LINGER_MS = 20;
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 10_000;
/** More than this is no outage any more: whoever sends is told, before the disk is full. */
const MAX_WAITING = 1_000_000;

/** What goes through an outbox, by table. */
export type OutboxRows = { scores: ScoreRow };
type Target = keyof OutboxRows;
type Insert = (store: Store, rows: unknown[], token: string, signal: AbortSignal) => Promise<void>;

/** The file gives back what `append` took, so its types hold. */
const INSERTS: Record<Target, Insert> = { scores: insertScores as Insert };

export type Outbox = {
  /** On disk when it returns. @throws AppError store_unavailable where it cannot be kept; then none of it is */
  append<T extends Target>(table: T, rows: readonly OutboxRows[T][]): void;
  /** Rows that have not arrived yet. */
  readonly waiting: number;
  start(): void;
  /** True once all that was appended before has arrived, false after `ms`. */
  settled(ms: number): Promise<boolean>;
  /** Ends it, in the middle of a wait or a send as well; what is unsent goes with the next start. */
  stop(): Promise<void>;
};

/** Opens the outbox in `file`; `store` may fail, then what waits goes later. */
export function openOutbox(file: string, store: () => Promise<Store>, say: (line: string) => void): Outbox {
  const kept = openOutboxFile(file);
  const gauge = createGauge(kept.count());
  const ended = new AbortController();
  let running: Promise<void> | undefined;
  return {
    append(table, rows) {
      if (gauge.waiting + rows.length > MAX_WAITING) {
        throw new AppError('store_unavailable', 'Too much waits for the database already. Try again later.');
      }
      try {
        kept.add(table, rows);
      } catch (cause) {
        throw new AppError('store_unavailable', 'This cannot be kept now. Try again later.', { cause });
      }
      gauge.added(rows.length);
    },
    get waiting() {
      return gauge.waiting;
    },
    start: () => void (running ??= ship({ kept, gauge, store, say, signal: ended.signal })),
    settled: (ms) => gauge.settled(ms),
    async stop() {
      ended.abort();
      await running;
      kept.close();
    },
  };
}

type Shipping = {
  kept: OutboxFile;
  gauge: Gauge;
  store: () => Promise<Store>;
  say: (line: string) => void;
  signal: AbortSignal;
};

/** Sends batch after batch, each until it has arrived. */
async function ship({ kept, gauge, store, say, signal }: Shipping): Promise<void> {
  let isTroubled = false;
  for (let backoff = BACKOFF_MIN_MS; !signal.aborted;) {
    try {
      const batch = kept.next();
      if (batch) {
        await INSERTS[batch.target as Target](await store(), batch.rows, batch.token, signal);
        kept.drop(batch);
        gauge.arrived(batch.rows.length);
      } else {
        await gauge.change(signal);
        await delay(LINGER_MS, undefined, { signal });
      }
      backoff = BACKOFF_MIN_MS;
      isTroubled = false;
    } catch (error) {
      if (signal.aborted) return;
      // Said once per outage.
      if (!isTroubled) say(`feedback waits for the database: ${toReason(error)}`);
      isTroubled = true;
      await delay(backoff * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
      backoff = Math.min(backoff * 2, BACKOFF_MAX_MS);
    }
  }
}

type Gauge = ReturnType<typeof createGauge>;

/** How much waits. Rows arrive in the order they were added, so numbers tell whether one has arrived. */
function createGauge(waitingAtStart: number) {
  const events = new EventEmitter().setMaxListeners(0);
  let added = waitingAtStart;
  let arrived = 0;
  const change = async (signal: AbortSignal): Promise<void> =>
    void (await once(events, 'change', { signal }));
  return {
    get waiting() {
      return added - arrived;
    },
    added(count: number): void {
      added += count;
      events.emit('change');
    },
    arrived(count: number): void {
      arrived += count;
      events.emit('change');
    },
    /** @throws the signal's reason */
    change,
    async settled(ms: number): Promise<boolean> {
      const goal = added;
      const timeout = AbortSignal.timeout(ms);
      while (arrived < goal && !timeout.aborted) await change(timeout).catch(() => {});
      return arrived >= goal;
    },
  };
}

function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
