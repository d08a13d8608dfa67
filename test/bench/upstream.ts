/** The provider of the bench: fixed bytes, chosen by the first bytes of the request, at the least cost. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toChatCompletion, toChatEvents } from '../../gateway/upstreams/demo/chat.ts';
import { toSseText } from '../../gateway/upstreams/demo/answer.ts';
import { ANSWERS, toFiller } from './cases.ts';
import { reportReady } from './child.ts';

const DELTAS = 48;
const TICK_MS = 2;
const PEEK_BYTES = 256;

const base = {
  key: '0123456789abcdef01234567',
  created: 1_790_000_000,
  model: 'gpt-4o-mini',
  toolCalls: [],
  usage: { input: 250, cached: 0, output: 180, reasoning: 0 },
};

function toWhole(bytes: number): Buffer {
  const empty = JSON.stringify(toChatCompletion({ ...base, pieces: [''] })).length;
  return Buffer.from(JSON.stringify(toChatCompletion({ ...base, pieces: [toFiller(bytes - empty, 7)] })));
}

function toStream(includeUsage: boolean): Buffer[] {
  const pieces =
    toFiller(DELTAS * 12, 3)
      .match(/[^]{1,11}/gu)
      ?.slice(0, DELTAS) ?? [];
  const events = toChatEvents({ ...base, pieces }, { includeUsage, obfuscate: false });
  return events.map((event) => Buffer.from(toSseText(event)));
}

const wholes = Object.entries(ANSWERS).map(([name, bytes]) => ({ name, body: toWhole(bytes) }));
const plain = toStream(false);
const counted = toStream(true);

const open = new Map<ServerResponse, { events: Buffer[]; next: number }>();
// One clock for all streams: each event is a write of its own, as a model's tokens are.
setInterval(() => {
  for (const [response, state] of open) {
    const event = state.events[state.next++];
    if (event === undefined || response.destroyed) {
      open.delete(response);
      response.end();
    } else {
      response.write(event);
    }
  }
}, TICK_MS);

const server = createServer((request, response) => {
  let head: Buffer | undefined;
  let asksUsage = false;
  request.on('data', (chunk: Buffer) => {
    head ??= chunk.subarray(0, PEEK_BYTES);
    if (chunk.length < 8192) asksUsage ||= chunk.includes('include_usage');
  });
  request.on('end', () => {
    if (head?.includes('"stream-51"')) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req_bench' });
      open.set(response, { events: asksUsage ? counted : plain, next: 0 });
      return;
    }
    const { body } = wholes.find(({ name }) => head?.includes(`"${name}"`)) ?? wholes[0]!;
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': body.length,
      'x-request-id': 'req_bench',
    });
    response.end(body);
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  reportReady({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
