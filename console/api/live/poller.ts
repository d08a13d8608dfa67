/**
 * New calls as they are stored: one poller for all who watch, which asks the database each second, and only while
 * somebody watches.
 */
import type { SpanListItem } from '../../../collector/record/span.ts';
import { type CallFilter, passesFilter } from '../../../collector/queries/call-filter.ts';
import { type CallKey, listCallKeysSince, listCallsOfKeys } from '../../../collector/queries/calls-since.ts';
import type { Store } from '../../../collector/store/client.ts';

const INTERVAL_MS = 1_000;
/**
 * `received_at` is set where a batch is closed, so rows may become visible a little out of order: each look goes back
 * this far behind the newest row known, and leaves out what was seen.
 */
const OVERLAP_S = 10;

export type LiveListener = {
  /** Called once: from now on every newly stored call is told of. What came before is for the list to show. */
  onReady(): void;
  onCall(call: SpanListItem): void;
};
export type LiveFilter = Omit<CallFilter, 'from' | 'to'>;

export type LiveCalls = {
  /** Returns a function that ends it. */
  subscribe(project_id: string, filter: LiveFilter, listener: LiveListener): () => void;
  /** Looks now; resolves when all that was stored before the call has been told of. */
  poll(): Promise<void>;
  stop(): void;
};

type Subscriber = { filter: LiveFilter; listener: LiveListener };
type Feed = {
  subscribers: Set<Subscriber>;
  /** Received-at (seconds) by key, of the rows within the overlap; undefined before the first look. */
  seen: Map<string, number> | undefined;
  newest_s: number;
};

const keyOf = ({ writer, seq }: CallKey): string => `${writer} ${seq}`;

/** A poller without watchers; `store` may fail, then the next look catches up. */
export function createLiveCalls(store: () => Promise<Store>, onTrouble: (line: string) => void): LiveCalls {
  const feeds = new Map<string, Feed>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;
  let isTroubled = false;

  const look = async (): Promise<void> => {
    try {
      const open = await store();
      // All of them to their end: a look still running would meet the next one.
      const looks = [...feeds].map(([project_id, feed]) => lookAt(open, project_id, feed));
      const failed = (await Promise.allSettled(looks)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
      isTroubled = false;
    } catch (error) {
      // Said once per outage. The next look makes up for this one: its window begins where this one's did.
      if (!isTroubled && !isStopped) onTrouble(`live calls are late: ${toReason(error)}`);
      isTroubled = true;
    }
  };
  // One look at a time.
  const poll = (): Promise<void> => (running = running.then(look));
  const tick = async (): Promise<void> => {
    await poll();
    timer = feeds.size === 0 || isStopped ? undefined : setTimeout(tick, INTERVAL_MS);
  };

  return {
    subscribe(project_id, filter, listener) {
      const feed = feeds.get(project_id) ?? { subscribers: new Set(), seen: undefined, newest_s: 0 };
      const subscriber = { filter, listener };
      feeds.set(project_id, feed);
      feed.subscribers.add(subscriber);
      if (feed.seen) listener.onReady();
      timer ??= setTimeout(tick, 0);
      return () => {
        feed.subscribers.delete(subscriber);
        if (feed.subscribers.size === 0 && feeds.get(project_id) === feed) feeds.delete(project_id);
      };
    },
    poll,
    stop() {
      isStopped = true;
      clearTimeout(timer);
      feeds.clear();
    },
  };
}

function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

async function lookAt(store: Store, project_id: string, feed: Feed): Promise<void> {
  const isFirst = feed.seen === undefined;
  const start_s = isFirst ? Math.floor(Date.now() / 1000) : feed.newest_s;
  const keys = await listCallKeysSince(store, project_id, start_s - OVERLAP_S);
  const seen = feed.seen ?? new Map<string, number>();
  let unseen = keys.filter((key) => !seen.has(keyOf(key)));
  if (isFirst) {
    unseen.forEach((key) => seen.set(keyOf(key), key.received_s));
    unseen = [];
  }
  while (unseen.length > 0) {
    const calls = await listCallsOfKeys(store, project_id, start_s - OVERLAP_S, unseen);
    if (calls.length === 0) break;
    const received = new Map(unseen.map((key) => [keyOf(key), key.received_s]));
    for (const { writer, seq, ...call } of calls) {
      const key = keyOf({ writer, seq });
      // A row that is stored twice is told of once.
      if (seen.has(key)) continue;
      seen.set(key, received.get(key) ?? start_s);
      tell(feed, call);
    }
    unseen = unseen.filter((key) => !seen.has(keyOf(key)));
  }
  // A gateway whose clock is ahead must not carry the window past the rows of the others.
  feed.newest_s = Math.max(start_s, Math.min(keys[0]?.received_s ?? 0, Math.floor(Date.now() / 1000)));
  for (const [key, received_s] of seen) if (received_s < feed.newest_s - OVERLAP_S) seen.delete(key);
  feed.seen = seen;
  if (isFirst) for (const { listener } of feed.subscribers) listener.onReady();
}

function tell(feed: Feed, call: SpanListItem): void {
  for (const { filter, listener } of feed.subscribers) if (passesFilter(call, filter)) listener.onCall(call);
}
