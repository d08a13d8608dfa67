/**
 * Follows the console's registry: long-polls `GET /internal/registry`, keeps all of it in memory and a copy on disk.
 * It never throws out and never gives up: whatever happens to the console, the room goes on with what it knows.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { HOP_HEADER, type Room, signHop } from '../keys/derive.ts';
import type { RegistryKind, RegistryTail as TailAnswer } from '../record/registry.ts';
import { findCopy, writeCopy } from './copy.ts';
import { createRegistryView, type RegistryView } from './view.ts';

/** How long the console may hold an answer back, and how long we wait for it. */
const WAIT_MS = 25_000;
const TIMEOUT_MS = WAIT_MS + 10_000;
/** Never longer than a second, so that a revocation made right after the console's return is here within two. */
const BACKOFF_MIN_MS = 50;
const BACKOFF_MAX_MS = 1_000;

export type RegistryTailOptions = {
  /** Base URL of the console. */
  url: string;
  /** SEKISHO_SECRET. */
  secret: string;
  /** Who is asking. */
  room: Room;
  /** Where the copy on disk is kept. */
  file: string;
  /** What this room needs, of all there is; everything where it is not said. The rest costs it no memory. */
  kinds?: readonly RegistryKind[];
};

export type RegistryTail = {
  readonly view: RegistryView;
  /** Resolves with the first state, from disk or from the console. Never rejects. */
  readonly ready: Promise<void>;
  /** Whether the last exchange with the console worked; '' or the reason why not. */
  readonly problem: string;
  start(): void;
  /** Ends following and finishes a write of the copy; may be called at any time, more than once. */
  stop(): Promise<void>;
};

/** A follower of the registry; does nothing until `start`. */
export function createRegistryTail(options: RegistryTailOptions): RegistryTail {
  const { url, secret, room, file, kinds } = options;
  const view = createRegistryView(kinds);
  const ready = Promise.withResolvers<void>();
  const ended = new AbortController();
  const copy = createCopyWriter(file, view);
  let problem = 'not started';
  let following: Promise<void> | undefined;

  const poll = async (): Promise<void> => {
    const query = new URLSearchParams({ after: String(view.seq), head: view.head, wait: String(WAIT_MS) });
    const response = await fetch(`${url}/internal/registry?${query}`, {
      headers: { [HOP_HEADER]: signHop(secret, room, 'console') },
      signal: AbortSignal.any([ended.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      redirect: 'error',
    });
    if (!response.ok) throw new Error(`the console answered ${response.status}`);
    const before = view.head;
    takeIn(view, (await response.json()) as TailAnswer);
    ready.resolve();
    if (view.head !== before) copy.write();
  };

  const follow = async (): Promise<void> => {
    const snapshot = await findCopy(file);
    if (snapshot) {
      view.load(snapshot);
      ready.resolve();
    }
    let backoff = BACKOFF_MIN_MS;
    while (!ended.signal.aborted) {
      try {
        await poll();
        problem = '';
        backoff = BACKOFF_MIN_MS;
      } catch (error) {
        if (ended.signal.aborted) return;
        problem = error instanceof Error ? error.message : String(error);
        // Jitter, so that a fleet does not come back in step; a stop ends the wait at once.
        await delay(backoff * (0.5 + Math.random() / 2), undefined, { signal: ended.signal }).catch(() => {});
        backoff = Math.min(backoff * 2, BACKOFF_MAX_MS);
      }
    }
  };

  return {
    view,
    ready: ready.promise,
    get problem() {
      return problem;
    },
    start: () => void (following ??= follow()),
    async stop() {
      ended.abort();
      await following;
      await copy.settled();
    },
  };
}

/**
 * `reset` comes when what we hold is no past of the console's registry (it was restored from a backup, or made
 * anew): then everything is taken afresh, within this one turn of the event loop, so nobody sees a half-empty view.
 */
function takeIn(view: RegistryView, answer: TailAnswer): void {
  if (!Array.isArray(answer.revisions))
    throw new Error('the console answered something else than a registry');
  if (answer.reset) view.load({ seq: 0, head: '', entries: [] });
  view.apply(answer.revisions);
}

/** Writes the newest state, one write at a time; states in between are skipped. A full disk costs the copy only. */
function createCopyWriter(file: string, view: RegistryView) {
  let wanted = false;
  let running: Promise<void> = Promise.resolve();
  const drain = async (): Promise<void> => {
    while (wanted) {
      wanted = false;
      await writeCopy(file, view.toSnapshot()).catch((error: unknown) => {
        process.stderr.write(`registry: the copy ${file} could not be written: ${String(error)}\n`);
      });
    }
  };
  return {
    write(): void {
      wanted = true;
      running = running.then(drain);
    },
    settled: (): Promise<void> => running,
  };
}
