/**
 * Does the jobs that the registry holds. An entry whose body says that it is open is a job; nothing else remembers it,
 * so a process that is killed at any moment finds the same jobs when it starts again. What a job writes carries tokens
 * derived from the job, so doing a part of it twice stores it once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { RegistryBody, RegistryKind } from '../../collector/record/registry.ts';
import type { RegistryEntry } from '../../collector/registry/view.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { EvalsContext } from '../context.ts';

const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;

/** A kind of job. */
export type JobKind<K extends RegistryKind = RegistryKind> = {
  kind: K;
  /** How many of this kind are done at a time. */
  concurrency: number;
  /** Whether there is work left; a cancelled or finished entry has none. */
  isOpen(body: RegistryBody<K>): boolean;
  /**
   * Does what is left, and appends the revision that closes the entry. May be called again for the same entry after
   * any failure or restart. `signal` fires when the entry is no longer open (somebody cancelled it) and at a stop.
   * @throws PermanentError where trying again cannot help; anything else is tried again
   */
  run(context: EvalsContext, entry: RegistryEntry<K>, signal: AbortSignal): Promise<void>;
  /** The change that closes an entry which failed for good. */
  toFailed(error: PermanentError): Partial<RegistryBody<K>>;
};

/** A failure that trying again does not mend; `message` is for the person who began the job. */
export class PermanentError extends Error {
  override name = 'PermanentError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Only there to check a job against its kind and then forget the kind: the list has many. */
export const defineJob = <K extends RegistryKind>(job: JobKind<K>): JobKind => job as unknown as JobKind;

export type JobRunner = {
  start(): void;
  /** Ends what is under way, which goes on at the next start. */
  stop(): Promise<void>;
};

type Running = { abort: AbortController; done: Promise<void> };

/** Follows `context.registry` and does the open jobs of `kinds`. */
export function createJobRunner(context: EvalsContext, kinds: readonly JobKind[]): JobRunner {
  const running = new Map<string, Running>();
  const stopping = new AbortController();
  let endFollowing: (() => void) | undefined;

  const look = (): void => {
    if (stopping.signal.aborted) return;
    for (const job of kinds) {
      const entries = context.registry.list(job.kind);
      const open = entries.filter((entry) => job.isOpen(entry.body));
      const openKeys = new Set(open.map(keyOf));
      for (const [key, { abort }] of running) {
        if (key.startsWith(`${job.kind}/`) && !openKeys.has(key)) abort.abort(new Error('cancelled'));
      }
      let free = job.concurrency - countBusy(job);
      for (const entry of open) {
        // Thousands may wait, and this is looked at with each change of the registry.
        if (free <= 0) break;
        if (begin(job, entry)) free--;
      }
    }
  };
  const countBusy = ({ kind }: JobKind): number =>
    [...running.keys()].filter((key) => key.startsWith(`${kind}/`)).length;

  /** Whether it was not under way already. */
  const begin = (job: JobKind, entry: RegistryEntry): boolean => {
    const key = keyOf(entry);
    if (running.has(key)) return false;
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, stopping.signal]);
    const done = doJob(context, job, entry.id, signal).finally(() => {
      running.delete(key);
      look();
    });
    running.set(key, { abort, done });
    return true;
  };

  return {
    start() {
      endFollowing ??= context.registry.onChange(look);
      look();
    },
    async stop() {
      stopping.abort();
      endFollowing?.();
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

const keyOf = (entry: RegistryEntry): string => `${entry.kind}/${entry.id}`;

/** Tries until it is done, failed for good, or no longer wanted. Never rejects. */
async function doJob(context: EvalsContext, job: JobKind, id: string, signal: AbortSignal): Promise<void> {
  let backoff = BACKOFF_MIN_MS;
  while (!signal.aborted) {
    // Always the newest state: it may have been changed since the last try.
    const entry = context.registry.find(job.kind, id);
    if (!entry || !job.isOpen(entry.body)) return;
    try {
      await job.run(context, entry, signal);
      return;
    } catch (error) {
      if (signal.aborted) return;
      const permanent = findPermanent(error);
      if (permanent) {
        if (await close(context, job, id, permanent)) return;
      } else if (!(error instanceof AppError && error.code === 'revision_conflict')) {
        context.say(
          `${job.kind} ${id}: ${error instanceof Error ? error.message : String(error)}; trying again`,
        );
      }
      await delay(backoff * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
      backoff = Math.min(backoff * 2, BACKOFF_MAX_MS);
    }
  }
}

/** What the next attempt would meet again: it would hold its place for ever, and others' jobs would wait behind it. */
const HOPELESS: readonly ErrorCode[] = ['not_found', 'invalid_body', 'invalid_query', 'body_too_large'];

function findPermanent(error: unknown): PermanentError | undefined {
  if (error instanceof PermanentError) return error;
  if (error instanceof AppError && HOPELESS.includes(error.code)) {
    return new PermanentError(error.code, error.message, { cause: error });
  }
  // The engine's word for a text or a nesting beyond what it can hold.
  if (error instanceof RangeError) {
    return new PermanentError('too_large', `This is more than can be worked on: ${error.message}.`, {
      cause: error,
    });
  }
  return undefined;
}

/** Whether the entry is closed now. */
async function close(
  context: EvalsContext,
  job: JobKind,
  id: string,
  error: PermanentError,
): Promise<boolean> {
  const entry = context.registry.find(job.kind, id);
  if (!entry || !job.isOpen(entry.body)) return true;
  try {
    await context.writer.revise(entry, job.toFailed(error), `failed: ${error.code}`);
    return true;
  } catch (thrown) {
    context.say(`${job.kind} ${id}: could not be closed: ${String(thrown)}`);
    return false;
  }
}
