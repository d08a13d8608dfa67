/**
 * Runs ClickHouse's own server inside this process and ends it. The process is a host for nothing else: a native crash
 * takes it along, and its stdin and stdout belong to the engine.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { EngineFilesOptions } from './engine-files.ts';
import { writeEngineFiles } from './engine-files.ts';
import { findEngineLibrary } from './library.ts';
import { endProcessAfter, openTerminal, runEngineMain } from './native.ts';

const READY_WITHIN_MS = 10_000;
const POLL_MS = 5;
const END_WITHIN_S = 6;
const NICE = 10;

export type EngineOptions = Omit<EngineFilesOptions, 'folder'> & {
  /** Absolute; a relative path breaks inserts that are synced to disk. */
  folder: string;
  host: string;
  /** 0 picks a free one. */
  port: number;
};

export type Engine = {
  port: number;
  /** Resolves when the engine has ended, asked or not. */
  ended: Promise<void>;
  /** Asks the engine to end and waits for it; the system ends this process if that takes longer than 6 s. */
  stop(): Promise<void>;
};

function engineArguments(options: EngineOptions, config: string, start: string): string[] {
  return [
    'clickhouse',
    `--path=${join(options.folder, 'store')}`,
    `--http_port=${options.port}`,
    `--listen_host=${options.host}`,
    `--config-file=${config}`,
    '--log-level=error',
    '--interactive',
    '--queries-file',
    start,
    '--history_file',
    '/dev/null',
    '--disable_suggestion',
  ];
}

/** The port file is created before it is written: only a whole line counts. */
function readPort(path: string): number | undefined {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text.endsWith('\n') ? Number(text) : undefined;
}

/**
 * Starts the engine; resolves when it listens. The caller holds the folder's lock and has found the port free.
 * @throws Error when the engine ends or stays silent instead; its own words are on stderr.
 */
export async function runEngine(options: EngineOptions): Promise<Engine> {
  const library = findEngineLibrary();
  const files = writeEngineFiles({ ...options, folder: join(options.folder, 'config') });
  rmSync(files.port, { force: true });
  // The engine takes its time zone from here; days and hours in the tables are UTC, wherever this machine stands.
  process.env['TZ'] = 'UTC';
  // Threads inherit this: requests of people come first, then the writing of history.
  setPriority(NICE);
  const terminal = openTerminal();
  const state = { ended: false };
  const ended = runEngineMain(library, engineArguments(options, files.config, files.start)).finally(() => {
    state.ended = true;
  });
  const deadline = Date.now() + READY_WITHIN_MS;
  let port = readPort(files.port);
  while (port === undefined) {
    if (state.ended || Date.now() > deadline) {
      // It may sit at its prompt (a port that was taken meanwhile), and its threads must not outlive this failure.
      endProcessAfter(END_WITHIN_S);
      if (!state.ended) terminal.write('exit\n');
      const what = state.ended ? 'ended while starting' : 'did not get ready within 10 s';
      throw new Error(`ClickHouse ${what} (data in ${options.folder}); its own message stands above.`);
    }
    await wait(POLL_MS);
    port = readPort(files.port);
  }
  return {
    port,
    ended,
    async stop() {
      endProcessAfter(END_WITHIN_S);
      if (!state.ended) terminal.write('exit\n');
      await ended;
    },
  };
}
