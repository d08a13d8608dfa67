/** Runs jobs, so many at once, in the order they came; all of them can be stopped. Knows nothing of the page. */
export type Job = (signal: AbortSignal) => Promise<void>;

export type RunQueue = {
  add: (jobs: readonly Job[]) => void;
  /** Ends what runs, and drops what waits. */
  stop: () => void;
};

/** `onIdle` is called whenever nothing runs and nothing waits any more. Jobs deal with their own failures. */
export function createRunQueue(options: { atOnce: number; onIdle: () => void }): RunQueue {
  let waiting: Job[] = [];
  let running = 0;
  let stopping = new AbortController();

  function next(): void {
    while (running < options.atOnce) {
      const job = waiting.shift();
      if (!job) break;
      running++;
      void job(stopping.signal).finally(() => {
        running--;
        next();
        if (running === 0 && waiting.length === 0) options.onIdle();
      });
    }
  }

  return {
    add(jobs) {
      waiting.push(...jobs);
      next();
    },
    stop() {
      waiting = [];
      stopping.abort();
      stopping = new AbortController();
    },
  };
}
