/** Answers that pass, and answers that break: what the client sees and what is recorded of it. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../kit/wait.ts';
import { ask, chat, take } from './client.ts';
import { bodyOf, KEY, PROVIDER_KEY, startGateway, startUpstream, TOKEN } from './kit.ts';

const EVENTS = { 'content-type': 'text/event-stream' };
const CHUNK = 'data: {"choices":[{"index":0,"delta":{"content":"関"}}]}\n\n';
const DONE = 'data: [DONE]\n\n';

/** Every hot path answers with `answer`; gives what the upstream saw. */
async function start(answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => unknown) {
  const requests: { request: IncomingMessage; body: Buffer; response: ServerResponse }[] = [];
  const upstream = await startUpstream(async (request, response) => {
    const body = await bodyOf(request);
    requests.push({ request, body, response });
    await answer(request, response, body);
  });
  const gateway = await startGateway(upstream);
  return { gateway, requests, url: `${gateway.url}/v1/chat/completions` };
}

const textOf = (pieces: Buffer[] | undefined): string => Buffer.concat(pieces ?? []).toString();

/** Breaks the connection when what was written has been read, which a reset would else overtake. */
async function reset(response: ServerResponse): Promise<void> {
  await wait(30);
  response.socket?.resetAndDestroy();
}

describe('a client that hangs up', () => {
  it('in the middle ends the upstream’s work; what was streamed is recorded', async () => {
    const { gateway, requests, url } = await start((_request, response) => {
      response.writeHead(200, EVENTS).write(CHUNK);
    });
    const seen = await ask(url, { body: chat({ stream: true }) }).head;
    await waitUntil('the first event', () => seen.bytes.length === Buffer.byteLength(CHUNK));
    const gone = once(requests[0]?.response ?? process, 'close');
    seen.leave();
    await gone;
    expect(requests[0]?.response.writableFinished).toBe(false);
    const [call] = await gateway.calls();
    expect(call?.close).toMatchObject({
      outcome: 'cancelled',
      status: 200,
      error_type: 'client_disconnected',
    });
    expect(textOf(call?.response)).toBe(CHUNK);
  });

  it('before the answer’s head ends it too', async () => {
    const { gateway, requests, url } = await start(() => {});
    const asking = ask(url, { body: chat() });
    await waitUntil('the upstream', () => requests[0]);
    const gone = once(requests[0]?.response ?? process, 'close');
    asking.leave();
    await gone;
    const [call] = await gateway.calls();
    expect(call?.close).toMatchObject({ outcome: 'cancelled', status: 0, error_type: 'client_disconnected' });
  });

  it('while it sends its request is recorded, and the upstream hears nothing', async () => {
    const { gateway, requests, url } = await start(() => {});
    const headers = { authorization: `Bearer ${KEY}`, 'content-length': '1000' };
    const asking = ask(url, { headers, isOpen: true });
    asking.write(Buffer.from('{"model":'));
    const before = gateway.writer.highSeq;
    await waitUntil('the gateway to hear of it', () => gateway.requests === 1);
    asking.leave();
    await waitUntil('its record', () => gateway.writer.highSeq > before);
    const [call] = await gateway.calls();
    expect(call?.close).toMatchObject({ outcome: 'cancelled', status: 0, request_size: 1000 });
    expect(requests).toEqual([]);
  });
});

describe('an upstream that breaks off', () => {
  const ANSWER = '{"id":"chatcmpl-1","choices":[1,2,3]}';

  it.each([
    ['a stream, reset', EVENTS, CHUNK, 'reset'],
    ['a stream, closed', EVENTS, CHUNK, 'close'],
    ['an answer of known length, reset', { 'content-length': '37' }, ANSWER.slice(0, 9), 'reset'],
    ['an answer of known length, closed', { 'content-length': '37' }, ANSWER.slice(0, 9), 'close'],
    ['an answer of unknown length, closed', {}, ANSWER.slice(0, 9), 'close'],
  ])('breaks the client’s connection: %s', async (_name, head, sent, how) => {
    const { gateway, url } = await start((_request, response) => {
      response.writeHead(200, head).write(sent);
      return how === 'reset' ? reset(response) : response.socket?.end();
    });
    const seen = await ask(url, { body: chat({ stream: head === EVENTS }) }).head;
    expect(await seen.over).toBe('broken');
    expect(seen.bytes.toString()).toBe(sent);
    const [call] = await gateway.calls();
    expect(call?.close).toMatchObject({ outcome: 'error', status: 200, error_type: 'upstream_cut' });
    expect(textOf(call?.response)).toBe(sent);
  });

  it('after the last event has done no harm', async () => {
    const { gateway, url } = await start((_request, response) => {
      response.writeHead(200, EVENTS).write(CHUNK + DONE);
      return reset(response);
    });
    const { over, text } = await take(url, { body: chat({ stream: true }) });
    expect([over, text]).toEqual(['ended', CHUNK + DONE]);
    expect((await gateway.calls())[0]?.close).toMatchObject({ outcome: 'ok', error_type: '' });
  });

  it('before its head is a 502 in OpenAI’s shape', async () => {
    const { gateway, url } = await start((request) => request.socket.resetAndDestroy());
    const { status, text, headers } = await take(url, { body: chat() });
    expect(status).toBe(502);
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'upstream_unreachable', param: null } });
    const [call] = await gateway.calls();
    expect(call?.close).toMatchObject({ outcome: 'error', status: 502, error_type: 'upstream_unreachable' });
    expect(headers['x-sekisho-trace-id']).toBe(call?.open.trace_id);
  });
});

describe('an answer', () => {
  it('without [DONE] is whole when the upstream says so', async () => {
    const { gateway, url } = await start((_request, response) => response.writeHead(200, EVENTS).end(CHUNK));
    const { over, text } = await take(url, { body: chat({ stream: true }) });
    expect([over, text]).toEqual(['ended', CHUNK]);
    expect((await gateway.calls())[0]?.close).toMatchObject({ outcome: 'ok' });
  });

  it('that is compressed passes unchanged, and is recorded as it came', async () => {
    const packed = gzipSync('{"id":"chatcmpl-1"}'.repeat(100));
    const head = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const { gateway, url, requests } = await start((_request, response) =>
      response.writeHead(200, head).end(packed),
    );
    const headers = { authorization: `Bearer ${KEY}`, 'accept-encoding': 'gzip, br' };
    const answer = await take(url, { body: chat(), headers });
    expect(answer.bytes.equals(packed)).toBe(true);
    expect(answer.headers).toMatchObject(head);
    expect(requests[0]?.request.headers['accept-encoding']).toBe('gzip, br');
    const [call] = await gateway.calls();
    expect(Buffer.concat(call?.response ?? []).equals(packed)).toBe(true);
    expect(call?.close?.headers['content-encoding']).toBe('gzip');
  });

  it('that is a stream and compressed, though we asked for none, passes as it comes', async () => {
    const packed = gzipSync(CHUNK.repeat(50) + DONE);
    const rest = Promise.withResolvers<void>();
    const { url, requests } = await start(async (_request, response) => {
      response.writeHead(200, { ...EVENTS, 'content-encoding': 'gzip' }).write(packed.subarray(0, 20));
      await rest.promise;
      response.end(packed.subarray(20));
    });
    const seen = await ask(url, { body: chat({ stream: true }) }).head;
    await waitUntil('its beginning', () => seen.bytes.length === 20);
    rest.resolve();
    expect(await seen.over).toBe('ended');
    expect(seen.bytes.equals(packed)).toBe(true);
    expect(requests[0]?.request.headers['accept-encoding']).toBe('identity');
  });

  it.each([204, 304])('of status %i, without a body, passes', async (status) => {
    const { gateway, url } = await start((_request, response) =>
      response.writeHead(status, { 'x-a': 'b' }).end(),
    );
    const answer = await take(url, { body: chat() });
    expect([answer.status, answer.over, answer.text, answer.headers['x-a']]).toEqual([
      status,
      'ended',
      '',
      'b',
    ]);
    expect((await gateway.calls())[0]?.close).toMatchObject({ outcome: 'ok', status, response_size: 0 });
  });

  it('of an error is passed on and recorded as one', async () => {
    const body = '{"error":{"message":"slow down"}}';
    const { gateway, url } = await start((_request, response) =>
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' }).end(body),
    );
    const { status, text, headers } = await take(url, { body: chat() });
    expect([status, text, headers['retry-after']]).toEqual([429, body, '7']);
    expect((await gateway.calls())[0]?.close).toMatchObject({
      outcome: 'error',
      status: 429,
      error_type: '429',
    });
  });
});

describe('what the upstream is told', () => {
  it('is the client’s request with our key, or in pass-through with its own', async () => {
    const { requests, gateway } = await start((_request, response) => response.end('{}'));
    const body = ` {"model" : "gpt-4o-mini", "x": "関" }\n`;
    await take(`${gateway.url}/v1/chat/completions?a=%20b&c`, { body });
    const own = { authorization: 'Bearer sk-of-the-app', 'x-api-key': 'sk-2' };
    await take(`${gateway.url}/k/${TOKEN}/v1/chat/completions`, { body, headers: own });
    expect(requests.map(({ request, body: sent }) => [request.url, sent.toString()])).toEqual([
      ['/v1/chat/completions?a=%20b&c', body],
      ['/v1/chat/completions', body],
    ]);
    expect(requests[0]?.request.headers.authorization).toBe(`Bearer ${PROVIDER_KEY}`);
    expect(requests[1]?.request.headers).toMatchObject(own);
    expect(requests.every(({ request }) => !request.rawHeaders.some((text) => text.includes(KEY)))).toBe(
      true,
    );
  });
});
