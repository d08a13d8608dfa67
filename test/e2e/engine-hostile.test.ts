/** Connections that break every rule, by the thousand: the engine stays alive and its answers right. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roleUser, userPassword } from '../../collector/store/access.ts';
import type { Store } from '../../collector/store/client.ts';
import { openStore } from '../../collector/store/client.ts';
import { insertBytes } from '../../collector/store/insert.ts';
import { migrate } from '../../collector/store/migrate.ts';
import { runQuery } from '../../collector/queries/run.ts';
import { callBatch, countTargets } from '../kit/calls.ts';
import type { TestEngine } from '../kit/engine.ts';
import { startTestEngine } from '../kit/engine.ts';

const CONNECTIONS = 3000;
const AT_ONCE = 40;

let engine: TestEngine;
let store: Store;

beforeAll(async () => {
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await engine.stop();
});

/** Headers of a login of ours: half of the attackers know a password. */
function login(role: 'ingest' | 'reader'): string {
  const user = roleUser(role, engine.database);
  return `X-ClickHouse-User: ${user}\r\nX-ClickHouse-Key: ${userPassword(engine.secret, user)}\r\n`;
}

const insert = '/?database=sekisho&query=INSERT+INTO+ingest+(writer)+FORMAT+JSONEachRow';
const head = (path: string, headers: string): string => `POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
const garbage = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 7919 + length) % 256));

type Attack = [name: string, bytes: () => (string | Buffer)[], end: 'reset' | 'wait'];

const ATTACKS: Attack[] = [
  ['nothing', () => [], 'reset'],
  ['half a request line', () => ['POST /?qu'], 'reset'],
  ['half a header', () => ['POST / HTTP/1.1\r\nHost: x\r\nX-Click'], 'reset'],
  [
    'a body cut short',
    () => [head(insert, `${login('ingest')}Content-Length: 1000\r\n`), '{"writer":'],
    'reset',
  ],
  [
    'a chunk cut short',
    () => [head(insert, `${login('ingest')}Transfer-Encoding: chunked\r\n`), '40\r\n{"writer":"hostile"}\n'],
    'reset',
  ],
  [
    'a big insert cut short',
    () => [
      head(insert, `${login('ingest')}Transfer-Encoding: chunked\r\n`),
      `7a120\r\n${'{"writer":"hostile"}\n'.repeat(20_000)}`,
    ],
    'reset',
  ],
  [
    'an answer not read',
    () => [head('/?query=SELECT+number+FROM+numbers(10000000)', `${login('reader')}Content-Length: 0\r\n`)],
    'reset',
  ],
  ['bytes at random', () => [garbage(4096)], 'wait'],
  ['a negative length', () => [head('/', `${login('reader')}Content-Length: -1\r\n`), 'SELECT 1'], 'reset'],
  [
    'a length too big',
    () => [head('/', `${login('reader')}Content-Length: 99999999999999999999\r\n`), 'x'],
    'reset',
  ],
  [
    'a bad chunk size',
    () => [head(insert, `${login('ingest')}Transfer-Encoding: chunked\r\n`), 'zz\r\nx\r\n'],
    'reset',
  ],
  [
    'gzip that is none',
    () => [
      head(insert, `${login('ingest')}Content-Encoding: gzip\r\nContent-Length: 64\r\nConnection: close\r\n`),
      garbage(64),
    ],
    'wait',
  ],
  ['NULs', () => [Buffer.alloc(2048)], 'wait'],
  [
    'headers without an end',
    () => ['GET / HTTP/1.1\r\n', `X-A: ${'a'.repeat(200_000)}\r\n`.repeat(3)],
    'reset',
  ],
  [
    'requests in a row',
    () => [head('/?query=SELECT+1', `${login('reader')}Content-Length: 0\r\n`).repeat(20)],
    'reset',
  ],
  [
    'a login of nobody',
    () => [head('/?query=SELECT+1', 'X-ClickHouse-User: x\r\nConnection: close\r\n')],
    'wait',
  ],
];

/** Not `once`: an error is what an attacker expects. */
function whenClosed(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.on('close', () => resolve()));
}

async function attackTls(port: number): Promise<void> {
  await whenClosed(connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }));
}

function finish(socket: Socket, end: 'reset' | 'wait'): void {
  if (end === 'reset') socket.resetAndDestroy();
  else socket.end();
}

async function attack(port: number, [, bytes, end]: Attack): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.resume();
  const closed = whenClosed(socket);
  socket.on('connect', () => {
    const chunks = bytes();
    if (chunks.length === 0) finish(socket, end);
    chunks.forEach((chunk, index) => {
      const isLast = index === chunks.length - 1;
      socket.write(chunk, () => isLast && finish(socket, end));
    });
  });
  await closed;
}

describe('an engine under attack', () => {
  it(`survives ${CONNECTIONS} broken connections and answers rightly all along`, async () => {
    const port = Number(new URL(engine.url).port);
    const numbers = Array.from({ length: CONNECTIONS }, (_, index) => index).values();
    let isOver = false;
    const attacker = async (): Promise<void> => {
      for (const number of numbers) {
        const kind = ATTACKS[number % (ATTACKS.length + 1)];
        await (kind ? attack(port, kind) : attackTls(port));
      }
    };
    let batches = 0;
    const honest = async (): Promise<void> => {
      while (!isOver) {
        await insertBytes(
          store,
          callBatch(`honest:${batches}`, { writer: 'honest', from: batches * 10, count: 10 }),
        );
        batches += 1;
        const query = "SELECT toUInt32(count()) AS count FROM spans WHERE writer = 'honest'";
        const [row] = await runQuery<{ count: number }>(store, { name: 'honest', project_id: 'p1', query });
        expect(row?.count).toBe(batches * 10);
      }
    };
    const honestly = honest();
    await Promise.all(Array.from({ length: AT_ONCE }, attacker));
    isOver = true;
    await honestly;
    expect(process.kill(engine.pid, 0)).toBe(true);
    expect(await countTargets(store, 'honest')).toMatchObject({ spans: batches * 10, bodies: batches * 10 });
    expect(await countTargets(store, 'hostile')).toMatchObject({ spans: 0, bodies: 0 });
    // A page of stack trace for each would fill somebody's terminal.
    expect(engine.stderr().length).toBeLessThan(10_000);
  });
});
