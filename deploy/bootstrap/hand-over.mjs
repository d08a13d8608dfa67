/** Hands over to the pinned Node: its streams are ours, signals go through, its end is ours, and ours is its. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { NOTES, ROOT } from './paths.mjs';

const PARENT_LOOK_MS = 1_000;

/**
 * Runs `node <args>` and resolves to its exit code. `pipe` opens a channel whose closing tells the child of our death,
 * also by kill -9; a program that does not listen for that must not have one.
 */
export function handOver(node, args, { pipe = false, env = {} } = {}) {
  const child = spawn(node, args, {
    cwd: ROOT,
    stdio: ['inherit', 'inherit', 'inherit', ...(pipe ? ['ipc'] : [])],
    env: { NODE_COMPILE_CACHE: join(NOTES, 'compiled'), ...process.env, ...env },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const watch = watchNpm(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      resolve(signal ? 128 + constants.signals[signal] : code);
    });
  });
}

/** npm passes signals on, but not its death by kill -9: then our parent changes. Run by hand we may outlive a shell. */
function watchNpm(then) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) then();
  }, PARENT_LOOK_MS);
}
