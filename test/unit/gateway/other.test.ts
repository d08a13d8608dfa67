/** Paths that nobody looks into: streamed both ways by the proxy, recorded by shape. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../kit/wait.ts';
import { noise } from '../spool/spool-calls.ts';
import { ask, take } from './client.ts';
import { bodyOf, KEY, PROVIDER_KEY, startGateway, startUpstream, TOKEN } from './kit.ts';

const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const AUTH = { authorization: `Bearer ${KEY}` };

async function start(answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => unknown) {
  const requests: { request: IncomingMessage; body: Buffer; response: ServerResponse }[] = [];
  const upstream = await startUpstream(async (request, response) => {
    const body = await bodyOf(request).catch(() => Buffer.alloc(0));
    requests.push({ request, body, response });
    await answer(request, response, body);
  });
  return { gateway: await startGateway(upstream), requests };
}

describe('a request', () => {
  const boundary = '----form';
  const file = noise(3_000_000);
  const form = Buffer.concat([
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="関.bin"\r\n\r\n`),
    file,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const type = `multipart/form-data; boundary=${boundary}`;

  it('of many parts passes byte for byte, its length said or not', async () => {
    const { gateway, requests } = await start((_request, response) => response.end('{"id":"file-1"}'));
    const url = `${gateway.url}/v1/images/edits?purpose=a%20b`;
    expect((await take(url, { body: form, headers: { ...AUTH, 'content-type': type } })).status).toBe(200);
    const asking = ask(url, { headers: { ...AUTH, 'content-type': type }, isOpen: true });
    for (let at = 0; at < form.length; at += 700_000) asking.write(form.subarray(at, at + 700_000));
    asking.end();
    expect((await asking.head).status).toBe(200);
    for (const { request, body } of requests) {
      expect([request.method, request.url, request.headers['content-type']]).toEqual([
        'POST',
        '/v1/images/edits?purpose=a%20b',
        type,
      ]);
      expect(sha(body)).toBe(sha(form));
      expect(request.headers.authorization).toBe(`Bearer ${PROVIDER_KEY}`);
    }
    expect(requests.map(({ request }) => request.headers['content-length'])).toEqual([
      String(form.length),
      undefined,
    ]);
    const [call] = await gateway.calls();
    expect(call).toMatchObject({
      request: Buffer.alloc(0),
      close: { outcome: 'ok', request_size: form.length },
    });
  });

  it('of JSON is recorded with its answer; query and headers pass', async () => {
    const { gateway, requests } = await start((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'x-a': 'b' }).end('{"object":"list"}'),
    );
    const headers = { ...AUTH, 'content-type': 'application/json', 'openai-beta': 'x=1', cookie: 'no=1' };
    const answer = await take(`${gateway.url}/v1/moderations?x=1`, { body: '{"input":"関"}', headers });
    expect([answer.text, answer.headers['x-a']]).toEqual(['{"object":"list"}', 'b']);
    const sent = requests[0]?.request.headers;
    expect([sent?.['openai-beta'], sent?.cookie, sent?.host]).toEqual(['x=1', undefined, expect.any(String)]);
    const [call] = await gateway.calls();
    expect(call?.open).toMatchObject({
      method: 'POST',
      path: '/v1/moderations',
      query: 'x=1',
      operation: '',
    });
    expect(call?.request.toString()).toBe('{"input":"関"}');
    expect(Buffer.concat(call?.response ?? []).toString()).toBe('{"object":"list"}');
  });

  it('of pass-through carries the app’s own key', async () => {
    const { gateway, requests } = await start((_request, response) => response.end('{}'));
    await take(`${gateway.url}/k/${TOKEN}/v1/models`, { method: 'GET', headers: { 'x-api-key': 'sk-app' } });
    expect(requests[0]?.request.url).toBe('/v1/models');
    expect(requests[0]?.request.headers).toMatchObject({ 'x-api-key': 'sk-app' });
    expect(requests[0]?.request.headers.authorization).toBeUndefined();
  });

  it.each([
    '/v1/../admin',
    '/v1/files/../../admin',
    '/v1/%2e%2e/admin',
    '/v1/./x',
    '/v1/a/.%2E/.%2e/b',
    '/v1/a/..',
    '/v1/..%2fadmin',
    '/v1/..;/admin',
    '/v1/a%5C..\\b',
  ])('cannot leave the upstream’s path with our key: %s', async (path) => {
    const { gateway, requests } = await start((_request, response) => response.end('{}'));
    // written by hand: a client would tidy the path up
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${KEY}\r\nconnection: close\r\n\r\n`,
    );
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 404 .*"code":"not_found"/s);
    expect(requests).toEqual([]);
    expect((await gateway.calls())[0]?.close).toMatchObject({ outcome: 'error', status: 404 });
  });
});

describe('a path', () => {
  it.each([
    '/v1/files/a.b..c/...',
    '/v1/.well-known/x',
    '/v1//models',
    '/v1/a%20b/%E9%96%A2',
    '/v1/x?p=/../y',
  ])('passes as it is: %s', async (path) => {
    const { gateway, requests } = await start((_request, response) => response.end('{}'));
    expect((await take(gateway.url + path, { method: 'GET' })).status).toBe(200);
    expect(requests[0]?.request.url).toBe(path);
  });
});

describe('an answer', () => {
  it('to HEAD passes without a body, its length said', async () => {
    const { gateway } = await start((_request, response) =>
      response.writeHead(200, { 'content-length': '1234' }).end(),
    );
    const answer = await take(`${gateway.url}/v1/files/f/content`, { method: 'HEAD', headers: AUTH });
    expect([answer.status, answer.headers['content-length'], answer.over]).toEqual([200, '1234', 'ended']);
    expect((await gateway.calls())[0]?.close).toMatchObject({ outcome: 'ok', status: 200, response_size: 0 });
  });

  it.each([204, 304])('of status %i passes', async (status) => {
    const { gateway } = await start((_request, response) =>
      response.writeHead(status, { etag: '"1"' }).end(),
    );
    const answer = await take(`${gateway.url}/v1/models`, { method: 'GET', headers: AUTH });
    expect([answer.status, answer.headers.etag, answer.over, answer.text]).toEqual([
      status,
      '"1"',
      'ended',
      '',
    ]);
    expect((await gateway.calls())[0]?.close).toMatchObject({ outcome: 'ok', status });
  });

  it('that is no text passes untouched and is recorded by its size', async () => {
    const image = noise(200_000);
    const { gateway } = await start((_request, response) =>
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': image.length }).end(image),
    );
    const answer = await take(`${gateway.url}/v1/audio/speech`, { body: '{}', headers: AUTH });
    expect(answer.bytes.equals(image)).toBe(true);
    const [call] = await gateway.calls();
    expect(call).toMatchObject({ close: { response_size: image.length }, response: [] });
  });
});

describe('a broken connection', () => {
  it.each([
    ['reset', { 'content-type': 'application/json' }],
    ['reset', { 'content-length': '1000' }],
    ['closed', { 'content-type': 'application/json' }],
    ['closed', { 'content-length': '1000' }],
  ])('of the upstream, %s after its head, is one for the client too: %o', async (how, head) => {
    const { gateway } = await start(async (_request, response) => {
      response.writeHead(200, head).write('{"part":');
      await wait(30); // a reset would else overtake what was written
      if (how === 'reset') response.socket?.resetAndDestroy();
      else response.socket?.end();
    });
    const seen = await ask(`${gateway.url}/v1/models`, { method: 'GET' }).head;
    expect(await seen.over).toBe('broken');
    expect(seen.bytes.toString()).toBe('{"part":');
    expect((await gateway.calls())[0]?.close).toMatchObject({
      outcome: 'error',
      status: 200,
      error_type: 'upstream_cut',
      response_size: 8,
    });
  });

  it('of the upstream before its head is a 502 in OpenAI’s shape', async () => {
    const { gateway } = await start((request) => request.socket.resetAndDestroy());
    const { status, text } = await take(`${gateway.url}/v1/models`, { method: 'GET', headers: AUTH });
    expect([status, JSON.parse(text)]).toMatchObject([502, { error: { code: 'upstream_unreachable' } }]);
    expect((await gateway.calls())[0]?.close).toMatchObject({ outcome: 'error', status: 502 });
  });

  it.each([true, false])('of the client ends the upstream’s work; after the head: %s', async (isStarted) => {
    const { gateway, requests } = await start((_request, response) => {
      if (isStarted) response.writeHead(200, { 'content-type': 'text/plain' }).write('some');
    });
    const asking = ask(`${gateway.url}/v1/models`, { method: 'GET' });
    const { response } = await waitUntil('the upstream', () => requests[0]);
    const gone = once(response, 'close');
    if (isStarted) await waitUntil('a piece', async () => (await asking.head).bytes.length === 4);
    asking.leave();
    await gone;
    await waitUntil('its record', async () => (await gateway.calls()).length > 0);
    const [call] = await gateway.calls();
    expect(call?.close).toMatchObject({ outcome: 'cancelled', status: isStarted ? 200 : 0 });
  });

  it('of the client in the middle of an upload is recorded, and the upstream’s request is broken', async () => {
    const { gateway, requests } = await start(() => {});
    const headers = { ...AUTH, 'content-type': 'application/octet-stream', 'content-length': '1000000' };
    const asking = ask(`${gateway.url}/v1/images/edits`, { headers, isOpen: true });
    asking.write(noise(1000));
    await waitUntil('its record to begin', () => gateway.writer.highSeq === 1);
    asking.leave();
    await waitUntil('its record', async () => (await gateway.calls()).length > 0);
    const [call] = await gateway.calls();
    expect(call?.close).toMatchObject({ outcome: 'cancelled', status: 0, request_size: 1_000_000 });
    await waitUntil('the upstream to see it', () => requests[0]);
    expect(requests[0]?.request.complete).toBe(false);
  });
});
