/** Starts the real `main.ts all` in its own process, on free ports and a fresh data folder, and ends it afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { HOP_HEADER, signHop } from '../../collector/keys/derive.ts';
import { firstApiKey, firstIngestToken } from '../../collector/keys/first.ts';
import { roleUser, userPassword } from '../../collector/store/access.ts';
import { listChildren, waitForDeath } from './processes.ts';
import { waitUntil } from './wait.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'main.ts');
const READY_MS = 50_000;
const STOP_MS = 40_000;
export const SECRET = 'a secret of the tests, long enough for its purpose';

export type ReadyLine = {
  ready: true;
  gateway: string;
  passthrough: string;
  collector: string;
  console: string;
  clickhouse: string;
  setup: string | null;
};

export type RoomName = 'clickhouse' | 'collector' | 'console' | 'evals' | 'gateway';
export type BootOptions = {
  /** Settings on top of the kit's own. */
  env?: Record<string, string>;
  /** An earlier run's folder, to start on its data; else a new one that is removed at the end. */
  dataDir?: string;
  /** Base URL of the upstream; else the built-in demo upstream answers. */
  upstream?: string;
};

export type Booted = {
  urls: ReadyLine;
  /** Of the gateway, without /v1. */
  origin: string;
  apiKey: string;
  ingestToken: string;
  dataDir: string;
  /** The supervisor's. */
  pid: number;
  /** Of the living children; rooms that share a process share the number. */
  pids(): Partial<Record<RoomName, number>>;
  /** Sends `signal` to the room's process, or to the supervisor, and resolves when it is gone. */
  kill(what: RoomName | 'supervisor', signal?: NodeJS.Signals): Promise<void>;
  /** Resolves when a process other than `oldPid` holds the room and it says it is ready. */
  back(room: RoomName, oldPid?: number): Promise<number>;
  /** Closes the pipe to the supervisor, as the death of its parent would. */
  disconnect(): void;
  /** Ends it by `signal` and resolves to the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Rows of `sql` over ClickHouse's own HTTP interface, as the user that sees every project. */
  query<T = Record<string, unknown>>(sql: string, params?: Record<string, string | number>): Promise<T[]>;
  /** Has the gateway close its segment; resolves when the collector has acknowledged everything. */
  flush(): Promise<void>;
  /** What it has said to people so far. */
  stderr(): string;
};

const running = new Set<Booted>();
// Also used outside vitest, by the bench.
if (process.env['VITEST']) (await import('vitest')).afterAll(stopAll, STOP_MS * 2);

/** Ends whatever is still running; in a test file this happens by itself. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((booted) => booted.stop()));
}

/** A started `main.ts all` that need not become ready: for starts that are meant to fail. */
export function spawnAll(env: Record<string, string>, cwd: string) {
  const child = spawn(process.execPath, [MAIN, 'all'], {
    cwd,
    env: { ...cleanEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const said = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  return { child, said, exit };
}

/** The settings that a boot of this kit starts with. */
export function bootEnv({ env, upstream }: BootOptions, dataDir: string): Record<string, string> {
  return {
    SEKISHO_DATA: dataDir,
    SEKISHO_SECRET: SECRET,
    GATEWAY_PORT: '0',
    COLLECTOR_PORT: '0',
    CONSOLE_PORT: '0',
    CLICKHOUSE_PORT: '0',
    ...(upstream ? { OPENAI_BASE_URL: upstream, OPENAI_API_KEY: 'sk-of-the-upstream' } : {}),
    ...env,
  };
}

/** Starts Sekisho whole and resolves once it is ready. @throws Error with its stderr if it does not get ready. */
export async function bootSekisho(options: BootOptions = {}): Promise<Booted> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'sekisho-'));
  mkdirSync(dataDir, { recursive: true });
  const env = bootEnv(options, dataDir);
  // Its own folder as the working folder: the developer's .env is none of the test's business.
  const { child, said, exit } = spawnAll(env, dataDir);
  const started = await Promise.race([
    waitUntil('the ready line', () => parseReady(said.out), READY_MS).catch((error: Error) => error),
    exit.then((code) => new Error(`it ended with code ${code}`)),
  ]);
  if (started instanceof Error) {
    child.kill('SIGKILL');
    throw new Error(`Sekisho did not start: ${started.message}. Its stderr:\n${said.err}`);
  }
  const booted = toBooted({ child, said, exit, env, dataDir, urls: started });
  const { stop } = booted;
  booted.stop = async (signal) => {
    const code = await stop(signal);
    running.delete(booted);
    if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    return code;
  };
  running.add(booted);
  return booted;
}

type Parts = ReturnType<typeof spawnAll> & { env: Record<string, string>; dataDir: string; urls: ReadyLine };

function toBooted({ child, said, exit, env, dataDir, urls }: Parts): Booted {
  const pid = child.pid ?? 0;
  const secret = env['SEKISHO_SECRET'] ?? SECRET;
  const origin = new URL(urls.gateway).origin;
  const pids = () => findPids(pid);
  return {
    urls,
    origin,
    apiKey: firstApiKey(secret, env['SEKISHO_API_KEY']),
    ingestToken: firstIngestToken(secret),
    dataDir,
    pid,
    pids,
    async kill(what, signal = 'SIGKILL') {
      const target =
        what === 'supervisor' ? pid : await waitUntil(`a process of ${what}`, () => pids()[what]);
      process.kill(target, signal);
      await waitForDeath(target);
    },
    back: (room, oldPid) =>
      waitUntil(
        `${room} to be back`,
        async () => {
          const now = pids()[room];
          return now !== undefined && now !== oldPid && (await isReady(urls, room)) ? now : undefined;
        },
        READY_MS,
      ),
    disconnect: () => child.disconnect(),
    stop: (signal = 'SIGTERM') => stopChild(child, exit, signal),
    query: (sql, params = {}) => query(urls.clickhouse, env, sql, params) as Promise<never>,
    async flush() {
      const headers = { [HOP_HEADER]: signHop(secret, 'main', 'gateway') };
      const { status, body } = await send(`${origin}/internal/flush`, { method: 'POST', headers });
      if (status !== 200) throw new Error(`flush: ${status} ${body}\n${said.err}`);
    },
    stderr: () => said.err,
  };
}

async function stopChild(
  child: ChildProcess,
  exit: Promise<number | null>,
  signal: NodeJS.Signals,
): Promise<number | null> {
  const rooms = Object.values(findPids(child.pid ?? 0));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  const code = await exit;
  clearTimeout(timer);
  // After a kill of the supervisor its rooms end by themselves, and the data folder is theirs until then.
  await Promise.all(rooms.map((pid) => waitForDeath(pid)));
  return code;
}

function findPids(supervisor: number): Partial<Record<RoomName, number>> {
  const entries = listChildren(supervisor).flatMap(({ pid, args }) =>
    (args[args.indexOf(MAIN) + 1] ?? '').split('+').map((room) => [room, pid] as const),
  );
  return Object.fromEntries(entries);
}

async function isReady(urls: ReadyLine, room: RoomName): Promise<boolean> {
  if (room === 'evals') return true;
  const url = room === 'clickhouse' ? `${urls.clickhouse}/ping` : `${new URL(urls[room]).origin}/readyz`;
  return send(url).then(
    ({ status }) => status === 200,
    () => false,
  );
}

type Params = Record<string, string | number>;

async function query(
  url: string,
  env: Record<string, string>,
  sql: string,
  params: Params,
): Promise<unknown[]> {
  const database = env['CLICKHOUSE_DATABASE'] ?? 'sekisho';
  const user = roleUser('system', database);
  const search = new URLSearchParams({
    database,
    default_format: 'JSONEachRow',
    output_format_json_quote_64bit_integers: '0',
    ...Object.fromEntries(Object.entries(params).map(([name, value]) => [`param_${name}`, String(value)])),
  });
  const password = userPassword(env['SEKISHO_SECRET'] ?? SECRET, user);
  const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password };
  const { status, body } = await send(`${url}/?${search}`, { method: 'POST', headers, body: sql });
  if (status !== 200) throw new Error(`${sql}\n${body}`);
  return body
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}

type Message = { method?: string; headers?: Record<string, string>; body?: string };

/** Without a connection that stays open: the engine would wait for it when it is asked to end. */
async function send(url: string, { method = 'GET', headers = {}, body }: Message = {}) {
  const outgoing = request(url, { method, headers, agent: false });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}

function parseReady(out: string): ReadyLine | undefined {
  const line = out.split('\n').find((each) => each.startsWith('{"ready":true'));
  return line?.endsWith('}') ? (JSON.parse(line) as ReadyLine) : undefined;
}

/** This process's environment without anything that is a setting of Sekisho or of its engine. */
export function cleanEnv(): NodeJS.ProcessEnv {
  const ours = /^(SEKISHO_|OPENAI_|CLICKHOUSE_|NODE_OPTIONS$)|^(GATEWAY|COLLECTOR|CONSOLE)_PORT$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
