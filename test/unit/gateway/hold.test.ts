/** The one promise that all others rest on: what ends an answer goes on only once its CLOSE is on disk. */
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../kit/wait.ts';
import { ask, chat, take, type Seen } from './client.ts';
import { startGateway, startUpstream } from './kit.ts';

const EVENTS = { 'content-type': 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };
const CHUNK = 'data: {"choices":[{"index":0,"delta":{"content":"k"}}]}\n\n';

type Case = {
  path: string;
  stream?: boolean;
  head: Record<string, string>;
  /** Goes on at once, and what must wait. */
  free: string;
  last: string;
  /** The upstream leaves its connection open after `last`. */
  staysOpen?: boolean;
};

const COMPLETED = `event: response.completed\ndata: {"response":{"usage":${'9'.repeat(3000)}}}`;
const ANSWER = '{"id":"chatcmpl-1","choices":[]}';

const CASES: Record<string, Case> = {
  'a chat stream': {
    path: 'chat/completions',
    stream: true,
    head: EVENTS,
    free: CHUNK,
    last: 'data: [DONE]\n\n',
  },
  'a chat stream whose connection stays open': {
    path: 'chat/completions',
    stream: true,
    head: EVENTS,
    free: CHUNK,
    last: 'data: [DONE]\n\n',
    staysOpen: true,
  },
  'a chat stream without the blank line behind [DONE]': {
    path: 'chat/completions',
    stream: true,
    head: EVENTS,
    free: CHUNK,
    last: 'data: [DONE]',
  },
  'a responses stream': {
    path: 'responses',
    stream: true,
    head: EVENTS,
    free: `event: response.created\ndata: {}\n\n${COMPLETED}`,
    last: '\n\n',
    staysOpen: true,
  },
  'a stream that simply ends': {
    path: 'chat/completions',
    stream: true,
    head: EVENTS,
    free: CHUNK,
    last: '',
  },
  'an answer of known length': {
    path: 'embeddings',
    head: { ...JSON_TYPE, 'content-length': String(ANSWER.length) },
    free: ANSWER.slice(0, 10),
    last: ANSWER.slice(10),
    staysOpen: true,
  },
  'an answer of unknown length': { path: 'completions', head: JSON_TYPE, free: ANSWER, last: '' },
  'an answer without a body': { path: 'embeddings', head: { 'content-length': '0' }, free: '', last: '' },
  'a path that is only passed on': { path: 'files/file-1', head: JSON_TYPE, free: ANSWER, last: '' },
};

describe.each(Object.entries(CASES))('the last piece of %s', (_name, given) => {
  const { path, stream = false, head, free, last, staysOpen = false } = given;

  async function begin() {
    const answers: ServerResponse[] = [];
    const upstream = await startUpstream((request, response) => {
      request.resume();
      response.writeHead(200, head);
      if (free) response.write(free);
      else response.flushHeaders();
      answers.push(response);
    });
    const gateway = await startGateway(upstream, { gated: true });
    return { gateway, answer: () => waitUntil('the upstream', () => answers[0]) };
  }

  it('waits for the CLOSE frame; all before it has long gone on', async () => {
    const { gateway, answer } = await begin();
    let closedWhenSeen: number[] | undefined;
    const asking = ask(`${gateway.url}/v1/${path}`, {
      body: chat({ stream }),
      onData: (bytes) => {
        if (bytes.length === free.length + last.length) closedWhenSeen ??= gateway.closedOnDisk();
      },
    });
    const response = await answer();
    // an event that is not whole may wait for its end
    const whole = free.lastIndexOf('\n\n') + 2;
    let seen: Seen | undefined;
    if (free) {
      seen = await asking.head;
      await waitUntil('the first piece', () => (seen?.bytes.length ?? 0) >= (stream ? whole : free.length));
    }
    if (last) response.write(last);
    if (!staysOpen) response.end();
    await waitUntil('the CLOSE to be asked for', () => gateway.gate.waiting === 1);
    // whatever was let go by now has had time to come: other answers come and go on this road
    for (let i = 0; i < 3; i++) await take(`${gateway.url}/healthz`, { method: 'GET' });
    if (free) expect(seen?.bytes.toString().endsWith(last) && last !== '').toBe(false);
    else expect(asking.hasHead).toBe(false);
    expect(closedWhenSeen ?? []).toEqual([]);
    expect(gateway.closedOnDisk()).toEqual([]);
    let isOver = false;
    void asking.head.then(({ over }) => over).then(() => (isOver = true));
    await take(`${gateway.url}/healthz`, { method: 'GET' });
    expect(isOver).toBe(false);

    gateway.gate.open();
    seen = await asking.head;
    await waitUntil('the last piece', () => seen?.bytes.length === free.length + last.length);
    if (last) expect(closedWhenSeen).toEqual([1]);
    if (staysOpen) response.end();
    expect(await seen.over).toBe('ended');
    expect(gateway.closedOnDisk()).toEqual([1]);
    expect(seen.bytes.toString()).toBe(free + last);
    const [call] = await gateway.calls();
    expect(call?.close).toMatchObject({ outcome: 'ok', status: 200, error_type: '' });
    expect(Buffer.concat(call?.response ?? []).toString()).toBe(free + last);
  });
});

it('what comes after the last piece waits behind it', async () => {
  const more = Promise.withResolvers<void>();
  const upstream = await startUpstream(async (request, response) => {
    request.resume();
    response.writeHead(200, EVENTS).write(`${CHUNK}data: [DONE]\n\n`);
    await more.promise;
    response.write(': after it all\n\n');
    response.end();
  });
  const gateway = await startGateway(upstream, { gated: true });
  const body = chat({ stream: true, stream_options: { include_usage: true } });
  const seen = await ask(`${gateway.url}/v1/chat/completions`, { body }).head;
  await waitUntil('the CLOSE to be asked for', () => gateway.gate.waiting === 1);
  more.resolve();
  for (let i = 0; i < 3; i++) await take(`${gateway.url}/healthz`, { method: 'GET' });
  expect(seen.bytes).toHaveLength(0);
  gateway.gate.open();
  expect(await seen.over).toBe('ended');
  expect(seen.bytes.toString()).toBe(`${CHUNK}data: [DONE]\n\n: after it all\n\n`);
});

describe('an answer of our own', () => {
  it('goes out once its record is written', async () => {
    const gateway = await startGateway('http://127.0.0.1:9', { gated: true });
    const asking = ask(`${gateway.url}/v1/chat/completions`, { body: '{' });
    await waitUntil('the CLOSE to be asked for', () => gateway.gate.waiting === 1);
    await take(`${gateway.url}/healthz`, { method: 'GET' });
    expect(asking.hasHead).toBe(false);
    gateway.gate.open();
    expect((await asking.head).status).toBe(400);
    expect(gateway.closedOnDisk()).toEqual([1]);
  });
});
