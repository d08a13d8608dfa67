/** Starting the processes of the bench, and what the kernel says of their CPU time. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { firstApiKey } from '../../collector/keys/first.ts';
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

type Stat = { ppid: number; cpuMs: number; args: string };

function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name in brackets may hold spaces; what follows it may not
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return { ppid: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS, args };
  } catch {
    return undefined;
  }
}

/** CPU milliseconds that these processes, all their threads included, have used so far. */
export function readCpuMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (readStat(pid)?.cpuMs ?? 0), 0);
}

/** Resident memory of these processes, in MB. */
export function readMemoryMb(pids: readonly number[]): number {
  const pages = pids.map((pid) => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]));
  return Math.round((pages.reduce((sum, count) => sum + count, 0) * 4096) / 1024 ** 2);
}

/** The rooms of a Sekisho and their processes: each descendant belongs to the nearest room above it. */
function findRooms(supervisor: number): Map<string, number[]> {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/u.test(name) ? readStat(Number(name)) : undefined;
    if (stat) stats.set(Number(name), stat);
  }
  const rooms = new Map<string, number[]>();
  for (const pid of stats.keys()) {
    let room: string | undefined;
    for (let at = pid; at !== supervisor;) {
      const stat = stats.get(at);
      if (stat === undefined) {
        room = undefined;
        break;
      }
      room ??= /main\.ts (clickhouse|gateway|collector\S*)/u.exec(stat.args)?.[1];
      at = stat.ppid;
    }
    if (room !== undefined) rooms.set(room, [...(rooms.get(room) ?? []), pid]);
  }
  return rooms;
}

export type Sekisho = Started & {
  /** Processes by room: `gateway`, `clickhouse`, and the third, which begins with `collector`. */
  room(name: string): number[];
  clickhouse: string;
  secret: string;
  key: string;
};

/** Starts the whole product in a folder of its own, with `upstream` as its provider. */
export async function startSekisho(upstream: string): Promise<Sekisho> {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-bench-'));
  const secret = randomBytes(32).toString('hex');
  const main = fileURLToPath(new URL('../../main.ts', import.meta.url));
  const ports = ['GATEWAY_PORT', 'COLLECTOR_PORT', 'CONSOLE_PORT', 'CLICKHOUSE_PORT'];
  const child = spawn(process.execPath, [main, 'all'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      SEKISHO_DATA: join(folder, 'data'),
      SEKISHO_SECRET: secret,
      OPENAI_BASE_URL: `${upstream}/v1`,
      OPENAI_API_KEY: 'sk-bench',
      ...Object.fromEntries(ports.map((name) => [name, '0'])),
    },
  });
  let trouble = '';
  child.stderr.on('data', (chunk: Buffer) => (trouble = (trouble + chunk.toString()).slice(-4000)));
  const lines = createInterface(child.stdout);
  const died = once(child, 'exit').then(() => {
    throw new Error(`Sekisho did not start:\n${trouble}`);
  });
  const [line] = (await Promise.race([once(lines, 'line'), died])) as [string];
  died.catch(() => undefined);
  const ready = JSON.parse(line) as { gateway: string; clickhouse: string };
  const room = (name: string) => {
    const rooms = [...findRooms(child.pid ?? 0)];
    return rooms.flatMap(([found, pids]) => (found.startsWith(name) ? pids : []));
  };
  return {
    url: ready.gateway.replace(/\/v1$/u, ''),
    clickhouse: ready.clickhouse,
    secret,
    key: firstApiKey(secret),
    pids: () => room('gateway'),
    room,
    async stop() {
      await end(child, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
