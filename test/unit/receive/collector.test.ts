/** The running collector: whom it answers, what it refuses, and what it says while its store is away. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request as sendRaw } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveKey, HOP_HEADER, signHop } from '../../../collector/keys/derive.ts';
import { startCollector } from '../../../collector/start.ts';
import { openStore, type Store } from '../../../collector/store/client.ts';
import { loadConfig } from '../../../config.ts';
import { startTestEngine, TEST_SECRET, type TestEngine } from '../../kit/engine.ts';
import { waitUntil } from '../../kit/wait.ts';
import { heldOf } from '../write/rows.ts';
import { encode, hop, maker, post, spooledCall } from './posts.ts';

const { root } = protobuf.parse('syntax = "proto3"; message Status { int32 code = 1; string message = 2; }');
const codeOf = (body: Buffer): unknown => root.lookupType('Status').decode(body).toJSON()['code'];

const config = (clickhouse: string, port = '0') =>
  loadConfig(
    {
      SEKISHO_SECRET: TEST_SECRET,
      CLICKHOUSE_URL: clickhouse,
      COLLECTOR_PORT: port,
      SEKISHO_DATA: '/nowhere',
    },
    '/nowhere',
  );

/** A segment of one call of `writer`, whose project has its name. */
function segment(writer: string, n = 1): Buffer {
  const call = spooledCall(n);
  call.open.project_id = writer;
  return encode([call], { writer, segment: { n, receivedAt: Date.now() } });
}

let engine: TestEngine;
let collector: Awaited<ReturnType<typeof startCollector>>;
let store: Store;
beforeAll(async () => {
  engine = await startTestEngine();
  collector = await startCollector(config(engine.url));
  store = await openStore(engine);
});
afterAll(async () => {
  await store.close();
  await collector.stop();
  await collector.stop();
  await engine.stop();
  await maker.stop();
});

function sign(from: string, to: string, secret: string, expiresIn: number): string {
  const payload = `${from}>${to}.${Math.floor(Date.now() / 1000) + expiresIn}`;
  const key = deriveKey(secret, `room:${from}>${to}`);
  return `${payload}.${createHmac('sha256', key).update(payload).digest('base64url')}`;
}

describe('who may post', () => {
  const good = (): string => signHop(TEST_SECRET, 'gateway', 'collector');
  it.each([
    ['nobody', () => ({})],
    ['an empty token', () => ({ [HOP_HEADER]: '' })],
    [
      'a token of another secret',
      () => ({ [HOP_HEADER]: sign('gateway', 'collector', 'another secret', 300) }),
    ],
    ['a token that ran out', () => ({ [HOP_HEADER]: sign('gateway', 'collector', TEST_SECRET, -1) })],
    ['a token for another room', () => ({ [HOP_HEADER]: signHop(TEST_SECRET, 'gateway', 'console') })],
    ['a token of another room', () => ({ [HOP_HEADER]: signHop(TEST_SECRET, 'console', 'collector') })],
    [
      'a token whose end was moved',
      () => ({ [HOP_HEADER]: good().replace(/\.(\d+)\./, (_, at) => `.${Number(at) + 9}.`) }),
    ],
    ['a key of the API', () => ({ authorization: 'Bearer sk-sekisho-x' })],
  ])('not %s', async (_name, headers) => {
    const answer = await post(collector.url, segment('refused'), headers() as Record<string, string>);
    expect([answer.status, codeOf(answer.body)]).toEqual([401, 16]);
    expect(answer.headers.get('content-type')).toContain('application/x-protobuf');
    expect(await heldOf(store, 'refused')).toMatchObject({ spans: [], calls: 0 });
  });

  it('is decided before the body is there', async () => {
    const request = sendRaw(`${collector.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-length': '1000000000' },
    });
    request.on('error', () => {});
    request.write('x');
    const status = await new Promise((resolve) =>
      request.once('response', (each) => resolve(each.statusCode)),
    );
    request.destroy();
    expect(status).toBe(401);
  });
});

describe('what is posted', () => {
  it('is stored when it is acknowledged, once', async () => {
    const body = segment('stored');
    for (let sent = 0; sent < 3; sent++) expect((await post(collector.url, body)).status).toBe(200);
    expect(await heldOf(store, 'stored')).toEqual({ spans: [1], bodies: [1], calls: 1, tokens: 5 });
    const answer = await store.system.query({
      query: `SELECT project_id, status, session_id, input_preview, output_preview, ttft_ms, duration_ms, toString(cost_total) AS cost,
        attributes['sekisho.truncated'] AS truncated FROM spans WHERE writer = 'stored'`,
      format: 'JSONEachRow',
    });
    expect(await answer.json()).toEqual([
      {
        project_id: 'stored',
        status: 'ok',
        session_id: 's1',
        input_preview: '関所?',
        output_preview: '通れ',
        ttft_ms: 20,
        duration_ms: 121,
        cost: '0.00000195',
        truncated: 'true',
      },
    ]);
  });

  it.each([
    ['garbage', Buffer.from('no protobuf, this')],
    ['JSON', Buffer.from('{"resourceSpans":[]}')],
    ['half a post', segment('half').subarray(0, 100)],
    ['calls without a segment', encode([spooledCall(1)], { writer: 'unnumbered' })],
    ['calls without a writer', encode([spooledCall(1)], { writer: '', segment: { n: 1, receivedAt: 1 } })],
  ])('is refused as %s, and the next is taken', async (name, body) => {
    const answer = await post(collector.url, body);
    expect([answer.status, codeOf(answer.body)]).toEqual([400, 3]);
    const writer = `after ${name}`;
    expect((await post(collector.url, segment(writer))).status).toBe(200);
    expect((await heldOf(store, writer)).calls).toBe(1);
  });

  it('is refused as OTLP has it where it is compressed', async () => {
    const answer = await post(collector.url, gzipSync(segment('packed')), {
      ...hop(),
      'content-encoding': 'gzip',
    });
    expect([answer.status, codeOf(answer.body)]).toEqual([415, 3]);
  });

  it("may be the writer's state alone, whatever it says", async () => {
    const state = {
      kind: 'alive' as const,
      highSeq: 3,
      lost: { a: -1, b: 'x', c: 2 } as never,
    };
    expect((await post(collector.url, encode([], { writer: 'state', state }))).status).toBe(200);
    const call = spooledCall(1);
    call.open.project_id = 'state';
    const about = {
      writer: 'state',
      segment: { n: 1, receivedAt: Date.now() },
      state: { ...state, lost: 'no' as never },
    };
    expect((await post(collector.url, encode([call], about))).status).toBe(200);
    expect((await heldOf(store, 'state')).calls).toBe(1);
    const answer = await store.system.query({
      query: "SELECT high_seq, lost FROM writers WHERE writer = 'state' ORDER BY at",
      format: 'JSONEachRow',
    });
    expect(await answer.json()).toEqual([
      { high_seq: '3', lost: { a: '0', b: '0', c: '2' } },
      { high_seq: '3', lost: {} },
    ]);
  });
});

describe('a store that is away', () => {
  const isReady = async (url: string): Promise<boolean> => (await fetch(`${url}/readyz`)).ok;

  it('is worth another try later, and then the post is stored once', async () => {
    const other = await startTestEngine();
    const room = await startCollector(config(other.url));
    expect(await isReady(room.url)).toBe(true);
    const body = segment('away');
    await other.kill();
    const answer = await post(room.url, body);
    expect([answer.status, codeOf(answer.body)]).toEqual([503, 14]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await isReady(room.url)).toBe(false);
    expect((await fetch(`${room.url}/healthz`)).status).toBe(200);

    const port = Number(new URL(other.url).port);
    const again = await startTestEngine({ dataDir: other.dataDir, port });
    expect((await post(room.url, body)).status).toBe(200);
    expect((await post(room.url, body)).status).toBe(200);
    const reopened = await openStore(again);
    expect((await heldOf(reopened, 'away')).spans).toEqual([1]);

    // A collector that starts while the store is away answers at once, and is whole when it comes.
    await again.kill();
    const early = String(await freePort());
    const starting = startCollector(config(again.url, early));
    const url = `http://127.0.0.1:${early}`;
    const first = await waitUntil('the collector to listen', () => post(url, body).catch(() => undefined));
    expect([first.status, codeOf(first.body), first.headers.get('retry-after')]).toEqual([503, 14, '1']);
    const last = await startTestEngine({ dataDir: other.dataDir, port });
    const second = await starting;
    expect((await post(second.url, body)).status).toBe(200);
    expect((await heldOf(reopened, 'away')).spans).toEqual([1]);
    await Promise.all([room.stop(), second.stop(), reopened.close()]);
    await last.stop();
    await other.stop();
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
