/** Waiting for a condition instead of for a time. */
import { setTimeout as sleep } from 'node:timers/promises';

const STEP_MS = 20;

/** Calls `attempt` until it gives something other than undefined or false. @throws Error naming `what` after `ms`. */
export async function waitUntil<T>(
  what: string,
  attempt: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 30_000,
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const result = await attempt();
    if (result !== undefined && result !== false) return result;
    if (Date.now() > end) throw new Error(`Waited ${ms} ms in vain for ${what}.`);
    await sleep(STEP_MS);
  }
}
