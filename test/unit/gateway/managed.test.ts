/** What Sekisho serves itself: the console answers it, with our word for who is asking. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';
import { findHopSigner, HOP_HEADER, KEY_HEADER, PROJECT_HEADER } from '../../../collector/keys/derive.ts';
import { isManaged } from '../../../gateway/routes/managed.ts';
import { waitUntil } from '../../kit/wait.ts';
import { noise } from '../spool/spool-calls.ts';
import { ask, take } from './client.ts';
import { bodyOf, KEY, SECRET, startGateway, startUpstream, TOKEN } from './kit.ts';

const AUTH = { authorization: `Bearer ${KEY}` };
const JSON_TYPE = { 'content-type': 'application/json' };
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
type Seen = { request: IncomingMessage; body: Buffer };
type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => unknown;

async function start(
  answer: Answer = (_request, response) => response.writeHead(200, JSON_TYPE).end('{"of":"console"}'),
) {
  const seen: Seen[] = [];
  const console = await startUpstream(async (request, response) => {
    const body = await bodyOf(request).catch(() => Buffer.alloc(0));
    seen.push({ request, body });
    await answer(request, response, body);
  });
  const upstream = await startUpstream((request, response) => {
    request.resume();
    response.writeHead(200, JSON_TYPE).end('{"of":"upstream"}');
  });
  return { gateway: await startGateway(upstream, { console }), seen };
}

const id = uuidv7();

describe('the list', () => {
  it.each([
    '/v1/prompts',
    `/v1/prompts/pmpt_${id}/versions/production`,
    '/v1/prompts/greeting',
    '/v1/feedback',
    '/v1/datasets/x',
    '/v1/exports',
    '/v1/files',
    `/v1/files/file-${id}/content`,
    '/v1/vector_stores',
    `/v1/vector_stores/vs_${id}/files/file-abc`,
    '/v1/evals',
    `/v1/evals/eval_${id}/runs`,
    '/v1/fine_tuning/alpha/graders/run',
  ])('has %s', async (path) => {
    expect(isManaged(path)).toBe(true);
    const { gateway, seen } = await start();
    expect((await take(gateway.url + path, { method: 'GET', headers: AUTH })).text).toBe('{"of":"console"}');
    expect(seen[0]?.request.url).toBe(`/internal${path}`);
    // and never for an app that keeps its provider's key
    const through = await take(`${gateway.url}/k/${TOKEN}${path}`, { method: 'GET', headers: {} });
    expect(through.text).toBe('{"of":"upstream"}');
  });

  it.each([
    '/v1/promptsy',
    '/v1/files/file-abc123',
    `/v1/files/vs_${id}`,
    `/v1/files/file-${id.replace(/^(.{14})7/, '$14')}`,
    `/v1/files/file-${id}0`,
    `/v1/vector_stores/vs_${id.toUpperCase()}/search`,
    '/v1/vector_stores/vs_abc/search',
    '/v1/evals/eval_68abc/runs',
    '/v1/fine_tuning/jobs',
    '/v1/fine_tuning/alpha/gradersx',
    '/v1/models',
    '/v1/uploads',
    '/v1//prompts',
  ])('has not %s', async (path) => {
    const { gateway, seen } = await start();
    expect((await take(gateway.url + path, { method: 'GET', headers: AUTH })).text).toBe('{"of":"upstream"}');
    expect(seen).toEqual([]);
  });
});

it('comes with our word for project and key, and without what the client says of itself', async () => {
  const { gateway, seen } = await start();
  const body = '{"name":"関所"}';
  const said = {
    cookie: 'a=b',
    'x-api-key': KEY,
    [PROJECT_HEADER]: 'proj_2',
    [KEY_HEADER]: 'key_2',
    [HOP_HEADER]: 'main>console.1.x',
  };
  const headers = { ...AUTH, ...JSON_TYPE, ...said, 'content-length': String(Buffer.byteLength(body)) };
  const answer = await take(`${gateway.url}/v1/prompts?limit=2&after=%20`, { body, headers });
  const { request } = seen[0] ?? {};
  expect([request?.method, request?.url, seen[0]?.body.toString()]).toEqual([
    'POST',
    '/internal/v1/prompts?limit=2&after=%20',
    body,
  ]);
  expect(findHopSigner(SECRET, String(request?.headers[HOP_HEADER]), 'console')).toBe('gateway');
  expect(request?.headers).toMatchObject({
    [PROJECT_HEADER]: 'proj_1',
    [KEY_HEADER]: 'key_1',
    'content-length': '17',
  });
  expect(request?.headers).not.toMatchObject({ cookie: expect.anything() as string });
  expect(JSON.stringify(request?.rawHeaders)).not.toContain(KEY);
  expect(answer.headers['x-sekisho-trace-id']).toBeUndefined();
  expect(await gateway.calls()).toEqual([]);
});

it('passes status, headers and large bodies on, both ways', async () => {
  const upload = noise(3_000_000);
  const download = noise(4_000_000);
  const { gateway, seen } = await start((_request, response) =>
    response
      .writeHead(201, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' })
      .end(download),
  );
  const answer = await take(`${gateway.url}/v1/datasets`, { body: upload, headers: AUTH });
  expect([answer.status, answer.headers['content-disposition'], answer.over]).toEqual([
    201,
    'attachment',
    'ended',
  ]);
  expect(sha(answer.bytes)).toBe(sha(download));
  expect(sha(seen[0]?.body ?? Buffer.alloc(0))).toBe(sha(upload));
});

it('breaks where the console breaks off, and ends the console’s work when the client leaves', async () => {
  const left: string[] = [];
  const { gateway } = await start((request, response) => {
    response.on('close', () => left.push(request.url ?? ''));
    response.writeHead(200, { 'content-length': '10' }).write('half');
    if (request.url?.endsWith('cut')) setImmediate(() => response.destroy());
  });
  expect((await take(`${gateway.url}/v1/exports/cut`, { method: 'GET', headers: AUTH })).over).toBe('broken');
  const asking = ask(`${gateway.url}/v1/exports/long`, { method: 'GET', headers: AUTH });
  await asking.head;
  asking.leave();
  await waitUntil('the console to see it', () => left.includes('/internal/v1/exports/long'));
});

it.each(['/v1/prompts', `/v1/vector_stores/vs_${id}/search`])(
  'says when the console is away, in OpenAI’s shape: %s',
  async (path) => {
    const gateway = await startGateway('http://127.0.0.1:9');
    const answer = await take(gateway.url + path, { body: '{"query":"x"}' });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(JSON.parse(answer.text)).toMatchObject({
      error: { code: 'console_unavailable', type: 'server_error', param: null },
    });
    const calls = await gateway.calls();
    expect(calls.map(({ close }) => close?.error_type)).toEqual(
      path.endsWith('search') ? ['console_unavailable'] : [],
    );
  },
);

it('does not let a path climb to what the console serves to rooms only', async () => {
  const { gateway, seen } = await start();
  for (const path of ['/v1/prompts/%2e%2e/%2e%2e/registry', '/v1/files/file-x%2f..%2f..']) {
    expect((await take(gateway.url + path, { method: 'GET', headers: AUTH })).status).toBe(404);
  }
  expect(seen).toEqual([]);
});

describe('a search', () => {
  const path = `/v1/vector_stores/vs_${id}/search`;
  const found = '{"object":"vector_store.search_results.page","data":[]}';

  it('is recorded as a retrieval, with its bodies', async () => {
    const { gateway } = await start((_request, response) => response.writeHead(200, JSON_TYPE).end(found));
    const answer = await take(gateway.url + path, {
      body: '{"query":"関所"}',
      headers: { ...AUTH, 'x-session-id': 's' },
    });
    expect(answer.text).toBe(found);
    const [call] = await gateway.calls();
    expect(call?.open).toMatchObject({
      operation: 'retrieval',
      path,
      trace_id: answer.headers['x-sekisho-trace-id'],
      headers: { 'x-session-id': 's' },
    });
    expect(call?.close).toMatchObject({ outcome: 'ok', status: 200 });
    expect([call?.request.toString(), Buffer.concat(call?.response ?? []).toString()]).toEqual([
      '{"query":"関所"}',
      found,
    ]);
  });

  it('that the console refuses is recorded as it was answered', async () => {
    const { gateway } = await start((_request, response) =>
      response.writeHead(404, JSON_TYPE).end('{"error":{"message":"no"}}'),
    );
    expect((await take(gateway.url + path, { body: '{"query":"x"}' })).status).toBe(404);
    expect((await gateway.calls())[0]?.close).toMatchObject({
      outcome: 'error',
      status: 404,
      error_type: '404',
    });
  });

  it('that the client does not wait for is recorded as cancelled', async () => {
    const { gateway, seen } = await start(() => {});
    const asking = ask(gateway.url + path, { body: '{"query":"x"}' });
    await waitUntil('the console to be asked', () => seen[0]);
    asking.leave();
    await waitUntil('its record', async () => (await gateway.calls()).length > 0);
    expect((await gateway.calls())[0]?.close).toMatchObject({
      outcome: 'cancelled',
      error_type: 'client_disconnected',
    });
  });

  it('is not served where it could not be recorded and that is asked for', async () => {
    const server = await startUpstream((request, response) => {
      request.resume();
      response.end('{}');
    });
    const gateway = await startGateway(server, { console: server, maxBytes: 1, refusesUncaptured: true });
    expect((await take(gateway.url + path, { body: '{}' })).status).toBe(200);
    gateway.writer.flush();
    expect((await take(gateway.url + path, { body: '{}' })).text).toContain('capture_unavailable');
    expect((await take(`${gateway.url}/v1/prompts`, { method: 'GET', headers: AUTH })).status).toBe(200);
  });
});
