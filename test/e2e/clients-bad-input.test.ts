/** What clients and providers get wrong: a clear error in OpenAI's shape, a recorded call, and a gateway that lives on. */
import { once } from 'node:events';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { startDemo } from '../kit/demo.ts';
import { startUpstream, type Upstream } from '../upstream/upstream.ts';

let upstream: Upstream;
let sekisho: Booted;
let pid: number | undefined;

beforeAll(async () => {
  upstream = await startUpstream();
  sekisho = await bootSekisho({ upstream: upstream.url });
  pid = sekisho.pids().gateway;
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  // the process that answered all this is the one that was started
  expect(sekisho.pids().gateway).toBe(pid);
  await upstream.stop();
});

const good = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'hi' }] };

type Options = { body?: string; method?: string; key?: string; session: string; path?: string };

function send({ body, method = 'POST', key = sekisho.apiKey, session, path = '/chat/completions' }: Options) {
  return fetch(`${sekisho.urls.gateway}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-session-id': session },
    ...(body !== undefined && { body }),
  });
}

async function findRows(session: string) {
  await sekisho.flush();
  const sql = `SELECT project_id, status, http_status, error_type, output_preview, attributes FROM spans WHERE session_id = {session:String}`;
  return sekisho.query<{
    project_id: string;
    status: string;
    http_status: number;
    error_type: string;
    output_preview: string;
  }>(sql, { session });
}

async function expectOpenAiError(response: Response, status: number, code?: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/json');
  const body = (await response.json()) as { error: Record<string, unknown> };
  expect(body.error['message']).toMatch(/\S/u);
  expect(Object.keys(body.error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
  if (code !== undefined) expect(body.error['code']).toBe(code);
}

test('malformed JSON', async () => {
  const response = await send({ body: '{"model":"gpt-4o-mini","messages":[', session: 'malformed' });
  await expectOpenAiError(response, 400, 'invalid_json');
  expect(upstream.requests).toHaveLength(0);
  expect(await findRows('malformed')).toMatchObject([{ status: 'error', http_status: 400 }]);
});

test('a body that is no object', async () => {
  const response = await send({ body: '[1,2]', session: 'array' });
  await expectOpenAiError(response, 400);
  expect(await findRows('array')).toMatchObject([{ status: 'error', http_status: 400 }]);
});

test('an unknown route is the provider’s to refuse', async () => {
  const response = await send({ body: '{}', session: 'unknown route', path: '/no/such/thing' });
  await expectOpenAiError(response, 404);
  expect(upstream.requests[0]?.path).toBe('/v1/no/such/thing');
  expect(await findRows('unknown route')).toMatchObject([{ status: 'error', http_status: 404 }]);
});

test('a wrong key of ours goes nowhere, and is recorded apart and without its body', async () => {
  const key = `sk-sekisho-${'x'.repeat(49)}`;
  const response = await send({ body: JSON.stringify(good), key, session: 'wrong key' });
  await expectOpenAiError(response, 401, 'invalid_api_key');
  expect(upstream.requests).toHaveLength(0);
  await sekisho.flush();
  const rows = await sekisho.query(
    `SELECT status, http_status FROM spans WHERE project_id = '_rejected' AND http_status = 401`,
  );
  expect(rows).toEqual([{ status: 'error', http_status: 401 }]);
  const bodies = await sekisho.query(
    `SELECT length(request_raw) AS size FROM span_bodies WHERE project_id = '_rejected' AND size > 0`,
  );
  expect(bodies).toEqual([]);
});

test('a body over the limit', async () => {
  const socket = connect(Number(new URL(sekisho.origin).port), '127.0.0.1');
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'host: 127.0.0.1',
    `authorization: Bearer ${sekisho.apiKey}`,
    'content-type: application/json',
    'x-session-id: too large',
    `content-length: ${2 * 1024 ** 3}`,
  ];
  socket.on('error', () => undefined).write(`${head.join('\r\n')}\r\n\r\n{"model":"`);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  await once(socket, 'data');
  socket.destroy();
  expect(answer).toMatch(/^HTTP\/1\.1 413 /u);
  expect(answer).toContain('"code":"body_too_large"');
  expect(await findRows('too large')).toMatchObject([{ status: 'error', http_status: 413 }]);
});

test('a provider that sends garbage', async () => {
  upstream.script('next', { garbage: 'SSH-2.0-nonsense\r\n\r\n' });
  const response = await send({ body: JSON.stringify(good), session: 'garbage' });
  await expectOpenAiError(response, 502);
  expect(await findRows('garbage')).toMatchObject([{ status: 'error', http_status: 502 }]);
});

test('a provider that hangs up without a word', async () => {
  upstream.script('next', { garbage: '' });
  const response = await send({ body: JSON.stringify(good), session: 'silent' });
  await expectOpenAiError(response, 502);
  expect(await findRows('silent')).toMatchObject([{ status: 'error', http_status: 502 }]);
});

test('a provider’s own error arrives as it was sent', async () => {
  const error = { error: { message: 'Slow down.', type: 'requests', param: null, code: 'slow_down' } };
  upstream.script('next', { status: 429, body: error, headers: { 'retry-after': '3' } });
  const response = await send({ body: JSON.stringify(good), session: 'slow down' });
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('3');
  expect(await response.json()).toEqual(error);
  expect(await findRows('slow down')).toMatchObject([{ status: 'error', http_status: 429 }]);
});

test('an answer that is 200 but no JSON reaches the client and the record as it is', async () => {
  upstream.script('next', { status: 200, body: '<html>Welcome to nginx</html>' });
  const response = await send({ body: JSON.stringify(good), session: 'html' });
  expect(await response.text()).toBe('<html>Welcome to nginx</html>');
  expect(await findRows('html')).toHaveLength(1);
});

test.each(['reset', 'fin'] as const)(
  'a stream cut by %s ends for the client as a broken one',
  async (how) => {
    upstream.script('next', { deltas: 20, textBytes: 200, cut: { how, afterWrites: 6 } });
    const client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
    const headers = { 'x-session-id': `cut by ${how}` };
    const stream = await client.chat.completions.create({ ...good, stream: true }, { headers });
    let seen = 0;
    const read = async () => {
      for await (const _ of stream) seen++;
    };
    await expect(read()).rejects.toThrow();
    expect(seen).toBeGreaterThanOrEqual(5);
    const rows = await findRows(`cut by ${how}`);
    expect(rows).toMatchObject([{ status: 'error', http_status: 200 }]);
    expect(rows[0]?.output_preview).not.toBe('');
  },
);

test('a client that leaves ends the provider’s work, and what it saw is kept', async () => {
  upstream.script('next', { deltas: 50, textBytes: 500, betweenMs: 30 });
  const client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
  const headers = { 'x-session-id': 'left' };
  const stream = await client.chat.completions.create({ ...good, stream: true }, { headers });
  let seen = 0;
  for await (const _ of stream) {
    seen++;
    if (seen === 5) break;
  }
  await upstream.requests[0]?.over;
  expect(upstream.requests[0]?.aborted).toBe(true);
  const rows = await findRows('left');
  expect(rows).toMatchObject([{ status: 'cancelled' }]);
  expect(rows[0]?.output_preview).not.toBe('');
});

test('npm run demo spends no money unasked', async () => {
  const asking = startDemo(sekisho, ['--calls', '3']);
  expect(await asking.ended).toBe(1);
  expect(asking.said()).toContain('--yes');
  expect(upstream.requests).toHaveLength(0);
  const told = startDemo(sekisho, ['--calls', '3', '--yes', '--calls-only']);
  expect(await told.ended, told.said()).toBe(0);
  expect(upstream.requests.length).toBeGreaterThan(0);
});

test('a provider that is down, and back', async () => {
  const port = Number(new URL(upstream.origin).port);
  await upstream.stop();
  const response = await send({ body: JSON.stringify(good), session: 'down' });
  await expectOpenAiError(response, 502, 'upstream_unreachable');
  expect(await findRows('down')).toMatchObject([{ status: 'error', http_status: 502 }]);
  upstream = await startUpstream({ port });
  expect((await send({ body: JSON.stringify(good), session: 'back' })).status).toBe(200);
});
