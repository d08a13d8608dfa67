/**
 * The foreign calls of the engine's host: libchdb's own main, and the few of libc that give it a pseudo-terminal and
 * a lock. Nothing else in the code calls native functions.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { DataType, load, open } from 'ffi-rs';

const LOCK_EX_NB = 2 | 4;
const LIBC = process.platform === 'darwin' ? '/usr/lib/libSystem.B.dylib' : 'libc.so.6';

let opened = false;

function libc(funcName: string, ...values: number[]): number {
  if (!opened) open({ library: 'libc', path: LIBC });
  opened = true;
  return load({
    library: 'libc',
    funcName,
    retType: DataType.I32,
    paramsType: values.map(() => DataType.I32),
    paramsValue: values,
  });
}

function checked(name: string, result: number): void {
  if (result < 0) throw new Error(`The embedded ClickHouse cannot start: ${name} failed.`);
}

/** A pseudo-terminal on descriptor 0 of this process; what is written to it reaches the engine's prompt. */
export type Terminal = { write(text: string): void };

/**
 * Puts a new pseudo-terminal on descriptor 0 and nothing on descriptor 1. Without a terminal clickhouse-local ends the
 * process at any exception outside a query, such as a client that resets its connection; its prompt, which it prints
 * on descriptor 1, is of no use to anybody.
 */
export function openTerminal(): Terminal {
  // O_NOCTTY: a host that leads its session must not be hung up when this terminal closes.
  const flags = constants.O_RDWR | constants.O_NOCTTY;
  const master = openSync('/dev/ptmx', flags);
  checked('grantpt', libc('grantpt', master));
  checked('unlockpt', libc('unlockpt', master));
  const name = load({
    library: 'libc',
    funcName: 'ptsname',
    retType: DataType.String,
    paramsType: [DataType.I32],
    paramsValue: [master],
  });
  const slave = openSync(name, flags);
  const nowhere = openSync('/dev/null', constants.O_WRONLY);
  checked('dup2', libc('dup2', slave, 0));
  checked('dup2', libc('dup2', nowhere, 1));
  closeSync(slave);
  closeSync(nowhere);
  if (libc('isatty', 0) !== 1) throw new Error('The embedded ClickHouse cannot start: it got no terminal.');
  return { write: (text) => void writeSync(master, text) };
}

/** Locks `path` for the rest of this process's life, however it ends; false when another process holds it. */
export function lockForLife(path: string): boolean {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  if (libc('flock', descriptor, LOCK_EX_NB) === 0) return true;
  closeSync(descriptor);
  return false;
}

/** Lets the system end this process after `seconds`, even while its event loop stands still. */
export function endProcessAfter(seconds: number): void {
  libc('alarm', seconds);
}

/** Runs ClickHouse's main with `args` in a thread of its own; resolves when it returns, whatever the reason. */
export async function runEngineMain(library: string, args: string[]): Promise<void> {
  open({ library: 'engine', path: library });
  // A real thread: the engine checks its stack's bounds, and the event loop stays free. The returned pointer is not
  // to be touched: reading an error out of it can crash.
  await load({
    library: 'engine',
    funcName: 'chdb_query_cmdline',
    retType: DataType.I64,
    paramsType: [DataType.I32, DataType.StringArray],
    paramsValue: [args.length, args],
    runInNewThread: true,
  });
}
