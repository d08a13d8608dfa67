/** Everything a test can tell the provider to do wrong, seen from a socket or from fetch. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Behaviour } from '../../upstream/behaviour.ts';
import { startUpstream, type Upstream } from '../../upstream/upstream.ts';

let upstream: Upstream;
beforeEach(async () => (upstream = await startUpstream()));
afterEach(() => upstream.stop());

const STREAM = { model: 'm', stream: true, messages: [{ role: 'user', content: 'a b c d e f g h' }] };

function post(body: unknown, options: { signal?: AbortSignal; headers?: Record<string, string> } = {}) {
  return fetch(`${upstream.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...options,
  });
}

/** What arrives on the socket, with the sizes of its pieces. */
async function raw(body: unknown): Promise<{ text: string; pieces: number[]; reset: boolean }> {
  const payload = JSON.stringify(body);
  const socket = connect(Number(new URL(upstream.url).port), '127.0.0.1');
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(payload)}\r\n\r\n${payload}`,
  );
  const chunks: Buffer[] = [];
  let reset = false;
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => (reset = true));
  await once(socket, 'close').catch(() => undefined);
  return {
    text: Buffer.concat(chunks).toString('utf8'),
    pieces: chunks.map((chunk) => chunk.length),
    reset,
  };
}

test('is the same bytes each time, however they are cut up', async () => {
  const first = await (await post(STREAM)).text();
  upstream.script('next', { splits: [1, 3, 50] });
  const second = await (await post(STREAM)).text();
  expect(second).toBe(first);
  expect(first.endsWith('data: [DONE]\n\n')).toBe(true);
});

test('script: next is used up in order, a pattern stays', async () => {
  upstream.script('next', { status: 429, body: { error: { message: 'slow' } } });
  upstream.script('next', { status: 500, body: 'oops' });
  upstream.script({ model: 'm' }, { status: 418 });
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await post(STREAM)).status);
  expect(statuses).toEqual([429, 500, 418, 418]);
  upstream.reset();
  expect((await post(STREAM)).status).toBe(200);
  expect(upstream.requests).toHaveLength(1);
});

test('breaks off by reset and by FIN', async () => {
  upstream.script('next', { cut: { how: 'reset', afterWrites: 2 } });
  const reset = await raw(STREAM);
  expect(reset.reset).toBe(true);
  expect(reset.text.match(/data: /gu)).toHaveLength(2);
  upstream.script('next', { cut: { how: 'fin', afterBytes: 30 } });
  const fin = await raw(STREAM);
  expect(fin.reset).toBe(false);
  expect(fin.text).not.toContain('0\r\n\r\n');
  expect(upstream.requests.map((one) => one.aborted)).toEqual([false, false]);
});

test('sends garbage, a wrong length, comments, no [DONE], huge and compressed bodies', async () => {
  upstream.script('next', { garbage: 'SSH-2.0-nonsense\r\n' });
  expect((await raw(STREAM)).text).toBe('SSH-2.0-nonsense\r\n');
  upstream.script('next', { contentLengthOff: 10 });
  await expect((await post({ ...STREAM, stream: false })).text()).rejects.toThrow('terminated');
  upstream.script('next', { commentEvery: 2, omitDone: true });
  const text = await (await post(STREAM)).text();
  expect(text).toContain(': keepalive\n\n');
  expect(text).not.toContain('[DONE]');
  upstream.script('next', { textBytes: 2_000_000 });
  const big = (await (await post({ ...STREAM, stream: false })).json()) as {
    choices: { message: { content: string } }[];
  };
  expect(big.choices[0]?.message.content).toHaveLength(2_000_000);
  upstream.script('next', { gzip: true });
  const packed = await new Promise<Buffer>((resolve, reject) => {
    const url = `${upstream.url}/chat/completions`;
    const sent = httpRequest(url, { method: 'POST' }, async (response) => {
      expect(response.headers['content-encoding']).toBe('gzip');
      resolve(Buffer.concat(await response.toArray()));
    });
    sent.on('error', reject).end(JSON.stringify(STREAM));
  });
  expect(gunzipSync(packed).toString()).toBe(await (await post(STREAM)).text());
});

test('refuses stream_options, sends a given number of deltas, and takes its orders from a header', async () => {
  upstream.script({ path: '/v1/chat/completions' }, { refuseStreamOptions: true, deltas: 51 });
  const refused = await post({ ...STREAM, stream_options: { include_usage: true } });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ error: { param: 'stream_options' } });
  const text = await (await post(STREAM)).text();
  // role, 51 deltas, finish, [DONE]
  expect(text.match(/^data: /gmu)).toHaveLength(54);
  upstream.reset();
  const order: Behaviour = { status: 503, headers: { 'retry-after': '9', 'openai-version': null } };
  const ordered = await post(STREAM, { headers: { 'x-upstream-behaviour': JSON.stringify(order) } });
  expect(ordered.status).toBe(503);
  expect(ordered.headers.get('retry-after')).toBe('9');
  expect(ordered.headers.get('openai-version')).toBeNull();
});

test('hangs until the client leaves, and records that it left', async () => {
  upstream.script('next', { hang: 'head' });
  const stop = new AbortController();
  const call = post(STREAM, { signal: stop.signal });
  await upstream.arrived(1);
  stop.abort();
  await expect(call).rejects.toThrow('aborted');
  await upstream.requests[0]?.over;
  expect(upstream.requests[0]?.aborted).toBe(true);
});

test('runs as a process, scripted over HTTP, and ends with its standard input', async () => {
  const main = new URL('../../upstream/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, '--record'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url, origin } = JSON.parse(line) as { url: string; origin: string };
  const script = JSON.stringify({ matcher: 'next', behaviour: { status: 500 } });
  await fetch(`${origin}/_upstream/script`, { method: 'POST', body: script });
  expect((await fetch(`${url}/models`)).status).toBe(500);
  expect((await fetch(`${url}/models`)).status).toBe(200);
  const recorded = (await (await fetch(`${origin}/_upstream/requests`)).json()) as { path: string }[];
  expect(recorded.map((one) => one.path)).toEqual(['/v1/models', '/v1/models']);
  child.stdin.end();
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
});
