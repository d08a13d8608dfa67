/** Processes as Linux knows them: whether one lives, and whose children there are. */
import { readdirSync, readFileSync } from 'node:fs';
import { waitUntil } from './wait.ts';

/** Whether `pid` runs; one that is dead but not yet collected by its parent does not. */
export function isAlive(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X';
}

/** Resolves once `pid` is gone. */
export function waitForDeath(pid: number, ms = 15_000): Promise<true> {
  return waitUntil(`the end of process ${pid}`, () => !isAlive(pid), ms);
}

/** The living children of `parent`: pid and arguments. */
export function listChildren(parent: number): { pid: number; args: string[] }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => readStat(pid)?.parent === parent && isAlive(pid))
    .map((pid) => ({ pid, args: read(`/proc/${pid}/cmdline`)?.split('\0').slice(0, -1) ?? [] }));
}

function readStat(pid: number): { state: string; parent: number } | undefined {
  // The command stands in brackets and may hold spaces and brackets itself: what follows the last one is regular.
  const text = read(`/proc/${pid}/stat`);
  const [state, parent] = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
  return state ? { state, parent: Number(parent) } : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
