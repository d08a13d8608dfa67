/** Waiting for what a dying process still holds: a lock or a port, for at most HOLDER_MS, saying so. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock, type Lock } from '../../collector/spool/lock.ts';
import { say, StartError } from './say.ts';

/** A stopping engine holds its lock and its port for up to six seconds. */
export const HOLDER_MS = 8_000;
const STEP_MS = 100;

/** Repeats `attempt` until it gives something; says `notice` once it has to wait; undefined when the time is over. */
async function waitFor<T>(attempt: () => Promise<T | undefined>, notice: string): Promise<T | undefined> {
  const end = Date.now() + HOLDER_MS;
  let result = await attempt();
  if (result === undefined) say(`${notice} Waiting up to ${HOLDER_MS / 1000} s for it to end.`);
  while (result === undefined && Date.now() < end) {
    await sleep(STEP_MS);
    result = await attempt();
  }
  return result;
}

/** The lock at `path`, or undefined if its holder lives on. `what` names the thing that is locked. */
export function waitForLock(path: string, what: string): Promise<Lock | undefined> {
  return waitFor(() => takeLock(path), `Another process still holds ${what}.`);
}

/** Whether `port` of `host` can be listened on, after waiting for a dying holder. */
export async function waitForPort(host: string, port: number): Promise<boolean> {
  const free = async () => ((await isFree(host, port)) ? true : undefined);
  return (await waitFor(free, `Port ${port} is in use.`)) ?? false;
}

/** Whether `port` of `host` is free now. @throws StartError where it can never be listened on. */
export async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen({ host, port, exclusive: true });
    await listening;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') return false;
    throw new StartError(`Cannot listen on ${host}, port ${port} (${code}).`);
  }
  server.close();
  await once(server, 'close');
  return true;
}
