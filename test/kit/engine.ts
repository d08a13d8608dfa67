/** A real embedded ClickHouse for a test, in a process and a folder of its own. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type TestEngineOptions = {
  /** Data folder of an engine that was killed, to start on it again; a fresh one otherwise. */
  dataDir?: string;
  /** 0, the default, picks a free one. */
  port?: number;
  secret?: string;
  database?: string;
  /** A user with every right beside our own. */
  tool?: { user: string; password: string };
  /** Hears what the process writes on stderr, also before it is ready. */
  hear?: (text: string) => void;
};

export type TestEngine = {
  url: string;
  secret: string;
  database: string;
  dataDir: string;
  pid: number;
  /** Everything the process wrote on stderr so far. */
  stderr(): string;
  /** kill -9, and waits until it is gone; the folder stays. */
  kill(): Promise<void>;
  /** Ends it as its supervisor would, waits until it is gone, and removes the folder if this call made it. */
  stop(): Promise<void>;
};

const HOST_SCRIPT = new URL('engine-host.ts', import.meta.url).pathname;

export const TEST_SECRET = 'a-secret-of-the-tests-0123456789abcdef';

type Report = { ready: boolean; url?: string; reason?: string };

function spawnHost(dataDir: string, options: TestEngineOptions): ChildProcess {
  return spawn(process.execPath, [HOST_SCRIPT], {
    // Out of the repository: a developer's .env is not the test's.
    cwd: dataDir,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      SEKISHO_DATA: dataDir,
      SEKISHO_SECRET: options.secret ?? TEST_SECRET,
      CLICKHOUSE_PORT: String(options.port ?? 0),
      ...(options.database && { CLICKHOUSE_DATABASE: options.database }),
      ...(options.tool && { CLICKHOUSE_USER: options.tool.user, CLICKHOUSE_PASSWORD: options.tool.password }),
    },
  });
}

/** Starts an engine. @throws Error with the host's own reason when it does not get ready. */
export async function startTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'sekisho-engine-'));
  const child = spawnHost(dataDir, options);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    options.hear?.(text);
  });
  const gone = once(child, 'exit');
  const report = await Promise.race([
    once(child, 'message').then(([message]) => message as Report),
    gone.then((): Report => ({ ready: false, reason: `The engine's process ended: ${stderr}` })),
  ]);
  const clean = (): void => {
    if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
  };
  if (!report.ready || !report.url || !child.pid) {
    await gone;
    clean();
    throw new Error(report.reason);
  }
  return {
    url: report.url,
    secret: options.secret ?? TEST_SECRET,
    database: options.database ?? 'sekisho',
    dataDir,
    pid: child.pid,
    stderr: () => stderr,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      if (child.connected) child.send('stop');
      await gone;
      clean();
    },
  };
}
