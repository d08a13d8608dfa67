/** Starting the processes of the bench, and what the kernel says of their CPU time. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './load.ts';

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

export type Started = { url: string; pids(): number[]; stop(): Promise<void> };

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

async function forkReady(file: string, args: string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { stdio: 'inherit' });
  const [message] = (await once(child, 'message')) as [{ url?: string }];
  return { child, url: message.url ?? '' };
}

/** Starts one of the bench's own servers. */
export async function startServer(file: string, target?: string): Promise<Started> {
  const { child, url } = await forkReady(file, target === undefined ? [] : [target]);
  return { url, pids: () => (child.pid === undefined ? [] : [child.pid]), stop: () => end(child, 'SIGKILL') };
}

/** Starts the load generator. */
export async function startLoad() {
  const { child } = await forkReady('load.ts', []);
  return {
    async run(order: LoadOrder): Promise<LoadResult> {
      child.send(order);
      const [result] = (await once(child, 'message')) as [LoadResult | { error: string }];
      if ('error' in result) throw new Error(result.error);
      return result;
    },
    stop: () => end(child, 'SIGKILL'),
  };
}

function readOneCpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // the name in brackets may hold spaces; what follows it may not
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** CPU milliseconds that these processes, all their threads included, have used so far. */
export function readCpuMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + readOneCpuMs(pid), 0);
}

/** Resident memory of these processes, in MB. */
export function readMemoryMb(pids: readonly number[]): number {
  const pages = pids.map((pid) => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]));
  return Math.round((pages.reduce((sum, count) => sum + count, 0) * 4096) / 1024 ** 2);
}
