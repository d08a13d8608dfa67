/** One process of the supervisor: started, watched, restarted with a growing pause when it dies, ended on request. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { say, StartError } from './say.ts';
import type { Process } from './plan.ts';
import { HOLDER_MS } from './wait.ts';

/** All in milliseconds. */
const PAUSE = { first: 200, longest: 5_000, calm: 30_000 } as const;
/** A first start may fail while a dying predecessor lets go; after that it is given up. */
const FIRST_START_MS = HOLDER_MS + 4_000;
const NOTICE_MS = 10_000;

const MAIN = new URL('../../main.ts', import.meta.url).pathname;

/** Tells a process that a supervisor started it and not a person: it reports by message instead of by text. */
export const SUPERVISED = '--supervised';

/** What a child reports once all its rooms answer. */
export type ReadyMessage = { ready: true; urls: Record<string, string> };

export type Child = {
  readonly name: string;
  /** Resolves at the first ready report. @throws StartError if there is none. */
  start(): Promise<void>;
  /** Asks it to end, and after `graceMs` makes it. Called again: the same promise. */
  stop(graceMs: number): Promise<void>;
  /** Ends it now. */
  kill(): void;
};

/** A child for `process.rooms`; `spawnProcess` is there for tests of the watching itself. */
export function createChild(plan: Process, spawnProcess: typeof spawnRooms = spawnRooms): Child {
  const name = plan.rooms.join('+');
  let current: ChildProcess | undefined;
  const state: { stopping?: Promise<void> } = {};
  let pause: number = PAUSE.first;

  /** Starts it once; resolves to whether it became ready, and then goes on watching by itself. */
  async function startOnce(): Promise<boolean> {
    const child = spawnProcess(plan);
    current = child;
    const gone = waitForEnd(child);
    if (!(await Promise.race([waitForReady(child, name), gone.then(() => false)]))) return false;
    const since = Date.now();
    void gone.then((how) => {
      if (state.stopping) return;
      if (Date.now() - since >= PAUSE.calm) pause = PAUSE.first;
      void restart(how);
    });
    return true;
  }

  async function restart(how: string): Promise<void> {
    for (let running = false; !running && !state.stopping;) {
      say(`${name} ended (${how}); starting it again in ${pause / 1000} s.`);
      await sleep(pause);
      pause = Math.min(pause * 2, PAUSE.longest);
      if (!state.stopping) running = await startOnce();
      how = 'it did not start';
    }
  }

  return {
    name,
    async start() {
      let deadline = Date.now() + FIRST_START_MS;
      while (!state.stopping) {
        const since = Date.now();
        if ((await startOnce()) || state.stopping) return;
        // One that has lived for a while was no failed start.
        if (Date.now() - since >= FIRST_START_MS) deadline = Date.now() + FIRST_START_MS;
        if (current?.exitCode === 2 || Date.now() > deadline) {
          throw new StartError(`${name} did not start; see above.`);
        }
        await sleep(pause);
      }
    },
    stop: (graceMs) => (state.stopping ??= endProcess(current, graceMs)),
    kill() {
      state.stopping ??= Promise.resolve();
      current?.kill('SIGKILL');
    },
  };
}

/**
 * Bodies are bytes outside V8's heap, but they count towards its limit: with the small limit it starts with it collects
 * the whole heap every few dozen large calls. Measured: a third less CPU per call of 200 KB. In MB.
 */
const FLAGS = ['--initial-old-space-size=256'];

/**
 * A process of its own group, so that Ctrl-C reaches the supervisor alone and the sink outlives its writers. Its
 * pipe to us is how it notices our end. The engine prints prompts on stdout, which are thrown away.
 */
export function spawnRooms({ rooms, env }: Process): ChildProcess {
  const stdout = rooms.includes('clickhouse') ? 'ignore' : 2;
  const flags = rooms.includes('clickhouse') ? [] : FLAGS;
  return spawn(process.execPath, [...process.execArgv, ...flags, MAIN, rooms.join('+'), SUPERVISED], {
    detached: true,
    stdio: ['ignore', stdout, 2, 'ipc'],
    env: { ...process.env, ...env },
  });
}

async function endProcess(child: ChildProcess | undefined, graceMs: number): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = waitForEnd(child);
  if (child.connected) child.send({ stop: true }, () => {});
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}

/** Resolves at the report. A process that lives may take its time: it may be waiting for something outside. */
function waitForReady(child: ChildProcess, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setInterval(() => say(`${name} is not ready yet.`), NOTICE_MS);
    child.once('exit', () => clearInterval(timer));
    child.on('message', (message: Partial<ReadyMessage>) => {
      if (!message.ready) return;
      clearInterval(timer);
      resolve(true);
    });
  });
}

/** How the process ended: its signal or exit code, or why it could not even be started. */
function waitForEnd(child: ChildProcess): Promise<string> {
  const ended = () => child.signalCode ?? `exit code ${child.exitCode}`;
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(ended());
    child.once('exit', () => resolve(ended()));
    child.once('error', (error) => resolve(error.message));
  });
}
