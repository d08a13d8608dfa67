/**
 * `main.ts all`: one installation on one machine. Takes the data folder, starts the sink first, restarts what dies,
 * and stops the source first. It serves nothing itself, so it has little to die of.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lock } from '../../collector/spool/lock.ts';
import type { Config } from '../../config.ts';
import { announce } from './announce.ts';
import { createChild, type Child } from './child.ts';
import { makePlan } from './plan.ts';
import { say, StartError } from './say.ts';
import { getSecret } from './secret.ts';
import { onStopRequest } from './signals.ts';
import { waitForLock } from './wait.ts';

/** How long each process may take to end before it is killed, in milliseconds: the gateway finishes its responses. */
const GRACE_MS: Record<string, number> = {
  gateway: 30_000,
  'collector+console+evals': 15_000,
  clickhouse: 8_000,
};

/** A process that waits for something outside (a ClickHouse that is away) keeps the next one waiting only so long. */
const PATIENCE_MS = 10_000;

/** Runs everything until a signal; resolves to the exit code. @throws StartError where it cannot start. */
export async function superviseAll(config: Config): Promise<number> {
  const lock = await takeFolder(config.SEKISHO_DATA);
  const secret = getSecret(config);
  const plan = await makePlan(config, secret);
  const children = plan.processes.map((process) => createChild(process));
  let stopping = false;
  const stopped = new Promise<number>((resolve, reject) => {
    onStopRequest({
      first: () => {
        stopping = true;
        say('Stopping: responses under way are finished first. Once more ends at once.');
        stopAll(children).then(() => resolve(0), reject);
      },
      again: () => {
        for (const child of children) child.kill();
        resolve(1);
      },
    });
  });
  try {
    const starts: Promise<void>[] = [];
    for (const child of children) {
      if (stopping) break;
      starts.push(child.start());
      await Promise.race([Promise.all(starts), sleep(PATIENCE_MS)]);
    }
    await Promise.all(starts);
    if (!stopping) await announce({ ...config, SEKISHO_SECRET: secret }, plan.urls);
  } catch (error) {
    await stopAll(children);
    throw error;
  }
  const code = await stopped;
  lock.release();
  return code;
}

/** Source first, so that whatever is under way still finds its sink. */
async function stopAll(children: readonly Child[]): Promise<void> {
  for (const child of children.toReversed()) await child.stop(GRACE_MS[child.name] ?? 8_000);
}

async function takeFolder(folder: string): Promise<Lock> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartError(`SEKISHO_DATA: cannot make ${folder} (${(error as NodeJS.ErrnoException).code}).`);
  }
  const pidFile = join(folder, 'supervisor.pid');
  const lock = await waitForLock(join(folder, 'supervisor.lock'), folder);
  if (!lock) {
    const pid = (await readFile(pidFile, 'utf8').catch(() => '')).trim();
    throw new StartError(
      `Sekisho already runs on ${folder}${pid && ` (process ${pid})`}. Stop it, or set SEKISHO_DATA to another folder.`,
    );
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return lock;
}
