/** Request bodies too large, and answers larger than a slow client's patience. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { setTimeout as wait } from 'node:timers/promises';
import { waitUntil } from '../../kit/wait.ts';
import { ask, chat, take } from './client.ts';
import { bodyOf, KEY, startGateway, startUpstream } from './kit.ts';

const MIB = 1024 ** 2;

describe('a body of 100 MB', () => {
  it.each([
    ['that says so', { 'content-length': String(100 * MIB) }],
    ['that does not', { 'transfer-encoding': 'chunked' }],
  ])('%s is refused in OpenAI’s shape, and the upstream hears nothing', async (_name, how) => {
    let heard = 0;
    const gateway = await startGateway(await startUpstream(() => heard++));
    const headers = { authorization: `Bearer ${KEY}`, ...how };
    const asking = ask(`${gateway.url}/v1/chat/completions`, {
      headers: headers as Record<string, string>,
      isOpen: true,
    });
    const piece = Buffer.alloc(MIB, ' ');
    // a client that sends all it has before it looks whether there is an answer
    for (let i = 0; i < 100; i++) {
      if (!asking.write(piece)) await Promise.race([wait(5), asking.head.catch(() => {})]);
    }
    asking.end();
    const seen = await asking.head;
    expect(seen.status).toBe(413);
    await seen.over;
    expect(JSON.parse(seen.bytes.toString())).toEqual({
      error: {
        message: 'The request body is larger than 64 MiB, the most we take.',
        type: 'invalid_request_error',
        param: null,
        code: 'body_too_large',
      },
    });
    const [call] = await gateway.calls();
    expect(call?.close).toMatchObject({ outcome: 'error', status: 413, error_type: 'body_too_large' });
    expect(heard).toBe(0);
    // and it goes on serving
    expect((await take(`${gateway.url}/healthz`, { method: 'GET' })).status).toBe(200);
  });
});

describe('a client that reads slowly', () => {
  it.each(['embeddings', 'files/f/content'])(
    'slows the upstream down instead of filling our memory: %s',
    async (path) => {
      const total = 96;
      let written = 0;
      const upstream = await startUpstream(async (request, response) => {
        await bodyOf(request);
        response.writeHead(200, { 'content-type': 'application/octet-stream' });
        for (; written < total; written++) {
          if (!response.write(Buffer.alloc(MIB, written))) await once(response, 'drain');
        }
        response.end();
      });
      const gateway = await startGateway(upstream, { mode: 'metadata' });
      const seen = await ask(`${gateway.url}/v1/${path}`, { body: chat() }).head;
      seen.pause();
      let last = -1;
      let still = 0;
      await waitUntil('the upstream to stand still', () => {
        still = written === last ? still + 1 : 0;
        last = written;
        return still > 15;
      });
      // what fits into the sockets' buffers on the way, and no more
      expect(written).toBeLessThan(40);
      seen.resume();
      expect(await seen.over).toBe('ended');
      expect(seen.bytes.length).toBe(total * MIB);
      expect([0, 31, 64, 95].map((n) => seen.bytes[n * MIB + 5])).toEqual([0, 31, 64, 95]);
      const [call] = await gateway.calls();
      expect(call?.close).toMatchObject({ outcome: 'ok', response_size: total * MIB });
    },
  );
});
