/**
 * Has files read in a thread of their own, so that a hostile one harms nothing but itself: it gets so much time and so
 * much memory, and then its thread is ended. The thread is started for the first file (the tables of the tokenizer
 * take 100 MB) and ends when there has been none for a while.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { PermanentError } from '../../jobs/runner.ts';
import type { Chunks } from '../chunk.ts';
import type { ReadAnswer, ReadOrder } from './order.ts';

const MEBIBYTE = 1024 ** 2;
/** A text of this size is about what MAX_TOKENS allows. */
export const MAX_FILE_BYTES = 64 * MEBIBYTE;

export type ReaderLimits = {
  /** For one file. */
  timeout_ms: number;
  /** Of the thread's JavaScript objects. */
  heap_mb: number;
  /** By how much this process may grow meanwhile: what a PDF unpacks is in no heap. */
  growth_mb: number;
  idle_ms: number;
};
const LIMITS: ReaderLimits = { timeout_ms: 120_000, heap_mb: 768, growth_mb: 1536, idle_ms: 30_000 };
const WATCH_MS = 50;

export type FileReader = {
  /**
   * The chunks of a file, one file after the other.
   * @throws PermanentError unsupported_file | invalid_file; the signal's reason
   */
  read(file: ReadOrder, signal: AbortSignal): Promise<Chunks>;
  /** Ends the thread. */
  stop(): Promise<void>;
};

/** A reader; it has no thread until there is a file. */
export function createFileReader(limits: Partial<ReaderLimits> = {}): FileReader {
  const bounds = { ...LIMITS, ...limits };
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const end = async (): Promise<void> => {
    clearTimeout(idle);
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };
  const readNext = async (file: ReadOrder, signal: AbortSignal): Promise<Chunks> => {
    signal.throwIfAborted();
    clearTimeout(idle);
    const mine = (worker ??= startWorker(bounds.heap_mb, (ended) => {
      if (worker === ended) worker = undefined;
    }));
    try {
      return await readWith(mine, file, bounds, signal);
    } catch (error) {
      // Whatever it was doing, it may be doing still.
      if (!(error instanceof PermanentError) || error.cause !== undefined) await end();
      throw error;
    } finally {
      idle = setTimeout(() => void end(), bounds.idle_ms).unref();
    }
  };
  return {
    read(file, signal) {
      const turn = queue.then(() => readNext(file, signal));
      queue = turn.catch(() => {});
      return turn;
    },
    stop: end,
  };
}

function startWorker(heap_mb: number, onExit: (worker: Worker) => void): Worker {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: heap_mb },
    // No native code, and no words of a library on our stderr.
    execArgv: ['--no-addons'],
    env: {},
    stderr: true,
    stdout: true,
  });
  worker.stderr.resume();
  worker.stdout.resume();
  // What goes wrong between two files must not end the room; the thread ends with it, and the next file gets a new one.
  worker.on('error', () => {}).once('exit', () => onExit(worker));
  worker.unref();
  return worker;
}

/** @throws PermanentError with a cause where the thread is of no use any more */
async function readWith(
  worker: Worker,
  order: ReadOrder,
  { timeout_ms, growth_mb }: ReaderLimits,
  signal: AbortSignal,
): Promise<Chunks> {
  const over = new AbortController();
  const before = process.memoryUsage.rss();
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() - before > growth_mb * MEBIBYTE) over.abort(tooLarge('memory'));
  }, WATCH_MS);
  const timer = setTimeout(() => over.abort(tooLarge('time')), timeout_ms);
  worker.ref();
  try {
    const ended = AbortSignal.any([signal, over.signal]);
    const answering = once(worker, 'message', { signal: ended });
    worker.postMessage(order);
    const [answer] = (await answering) as [ReadAnswer];
    if ('failure' in answer) throw new PermanentError(answer.failure.code, answer.failure.message);
    return answer;
  } catch (error) {
    if (error instanceof PermanentError) throw error;
    if (over.signal.aborted) throw over.signal.reason;
    signal.throwIfAborted();
    if (isOutOfMemory(error)) throw tooLarge('memory');
    throw error;
  } finally {
    clearInterval(watch);
    clearTimeout(timer);
    worker.unref();
  }
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';

function tooLarge(what: 'memory' | 'time'): PermanentError {
  const message = `Reading the file took more ${what} than a file may take. Split it, or convert it to plain text.`;
  return new PermanentError('invalid_file', message, { cause: what });
}
