/** Starts the embedded ClickHouse in this process, as `main.ts clickhouse` does. */
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../../config.ts';
import { STORE_ROLES, roleUser, userPassword } from './access.ts';
import { keepBallast } from './disk.ts';
import type { Engine } from './engine.ts';
import { runEngine } from './engine.ts';
import { lockForLife } from './native.ts';

const HOST = '127.0.0.1';
/** A dying engine holds its lock and port for up to 6 s. */
const OCCUPIED_FOR_MS = 8_000;
const RETRY_MS = 100;

type Tool = { user: string; password: string };

function say(line: string): void {
  process.stderr.write(`clickhouse: ${line}\n`);
}

/** Tries until `attempt` succeeds; says once what it waits for, and gives up with `reason`. */
async function insist(
  attempt: () => boolean | Promise<boolean>,
  waiting: string,
  reason: () => string,
): Promise<void> {
  const deadline = Date.now() + OCCUPIED_FOR_MS;
  for (let said = false; !(await attempt()); said = true) {
    if (Date.now() > deadline) throw new Error(reason());
    if (!said) say(`${waiting}; waiting up to ${OCCUPIED_FOR_MS / 1000} s for it to end`);
    await wait(RETRY_MS);
  }
}

async function lockFolder(folder: string): Promise<void> {
  const path = join(folder, 'lock');
  await insist(
    () => lockForLife(path),
    `${folder} is in use by another process`,
    () => {
      const holder = readFileSync(path, 'utf8').trim();
      return `${folder} is in use by process ${holder || '(unknown)'}: stop it, or choose another SEKISHO_DATA.`;
    },
  );
  writeFileSync(path, `${process.pid}\n`);
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else
        reject(new Error(`Port ${port} (CLICKHOUSE_PORT) cannot be used: ${error.code ?? error.message}.`));
    });
    probe.listen({ host: HOST, port }, () => probe.close(() => resolve(true)));
  });
}

async function awaitPort(port: number): Promise<void> {
  if (port === 0) return;
  await insist(
    () => isPortFree(port),
    `port ${port} is in use`,
    () => `Port ${port} is in use by another program: stop it, or choose another CLICKHOUSE_PORT.`,
  );
}

/** One query with our own password: whoever else might answer on this port does not know it. */
async function greet(url: string, secret: string, database: string): Promise<void> {
  const user = roleUser('reader', database);
  const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': userPassword(secret, user) };
  // A connection that is kept open would hold up the engine's end by seconds: `agent: false` closes it.
  const answering = once(get(`${url}/?query=SELECT+1`, { headers, agent: false }), 'response');
  const [answer] = (await answering) as [IncomingMessage];
  if ((await text(answer)) !== '1\n') throw new Error(`${url} is not the ClickHouse that was started there.`);
}

function readTool(config: Config): Tool | undefined {
  const { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password, CLICKHOUSE_DATABASE: database } = config;
  if (!user) return undefined;
  const taken = ['default', ...STORE_ROLES.map((role) => roleUser(role, database))];
  if (!/^[A-Za-z_][\w-]*$/.test(user) || taken.includes(user)) {
    throw new Error(`CLICKHOUSE_USER ${user} cannot be used: it needs a plain name that is none of ours.`);
  }
  if (!password) throw new Error('CLICKHOUSE_USER needs a CLICKHOUSE_PASSWORD.');
  return { user, password };
}

/** The process has no other purpose than its engine: without it, or without a parent, it ends. */
function watch(engine: Engine): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= engine.stop());
  void engine.ended.then(() => {
    if (stopping) return;
    say('the engine ended by itself');
    process.exit(1);
  });
  // Also after a kill -9 of the parent: nothing survives its supervisor.
  if (process.connected) process.once('disconnect', () => void stop().then(() => process.exit(0)));
  return stop;
}

/**
 * Starts the embedded ClickHouse in this process, which must serve nothing else; its descriptors 0 and 1 become the
 * engine's. Do not handle SIGTERM by `process.exit`: call `stop` first. Spawn the process detached, or Ctrl-C reaches
 * the engine before its writers have drained.
 * @throws Error whose message is one line for people
 */
export async function startEngine(config: Config): Promise<{ url: string; stop(): Promise<void> }> {
  const secret = config.SEKISHO_SECRET;
  if (!secret) throw new Error('SEKISHO_SECRET is needed to start ClickHouse.');
  const tool = readTool(config);
  const folder = join(config.SEKISHO_DATA, 'clickhouse');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await lockFolder(folder);
  await awaitPort(config.CLICKHOUSE_PORT);
  const warning = keepBallast(folder);
  if (warning) say(warning);
  const database = config.CLICKHOUSE_DATABASE;
  const engine = await runEngine({
    folder,
    host: HOST,
    port: config.CLICKHOUSE_PORT,
    secret,
    database,
    tool,
  });
  const stop = watch(engine);
  const url = `http://${HOST}:${engine.port}`;
  try {
    await greet(url, secret, database);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
