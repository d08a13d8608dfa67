/** POST /v1/files: whose file it is follows from a part that SDKs send last. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createPurposeScanner, getBoundary } from '../../../gateway/steps/purpose.ts';
import { waitUntil } from '../../kit/wait.ts';
import { noise } from '../spool/spool-calls.ts';
import { ask, take } from './client.ts';
import { bodyOf, KEY, PROVIDER_KEY, startGateway, startUpstream, TOKEN } from './kit.ts';
import { createRandom } from './random-json.ts';

const BOUNDARY = '----form42';
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const part = (name: string, content: Buffer | string, extra = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${extra}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
const form = (...parts: Buffer[]): Buffer => Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
const filePart = (content: Buffer | string): Buffer =>
  part('file', content, '; filename="purpose.txt"\r\nContent-Type: text/plain');
const headers = {
  authorization: `Bearer ${KEY}`,
  'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
};

function scan(body: Buffer, sizes: () => number): string | undefined {
  const scanner = createPurposeScanner(BOUNDARY);
  for (let at = 0; at < body.length;) {
    const size = sizes();
    const said = scanner.push(body.subarray(at, at + size));
    if (said !== undefined) return said;
    at += size;
  }
  return undefined;
}

describe('the scanner', () => {
  // content that looks like what is looked for
  const tricky = `\r\n--${BOUNDARY.slice(0, -1)}\r\n\r\nname="purpose"\r\n\r\nwrong\r\n--`;

  it.each([
    ['last', form(filePart(tricky), part('purpose', 'evals')), 'evals'],
    ['first', form(part('purpose', 'fine-tune'), filePart(tricky)), 'fine-tune'],
    ['after an empty part', form(part('x', ''), part('purpose', 'batch')), 'batch'],
    ['with white space', form(part('purpose', ' assistants\n')), 'assistants'],
    ['after a preamble', Buffer.concat([Buffer.from('hello\r\n'), form(part('purpose', 'evals'))]), 'evals'],
    ['not there', form(filePart(tricky)), ''],
    ['another name', form(part('purposes', 'evals'), part('my-purpose', 'evals')), ''],
    ['cut off', form(filePart('x'), part('purpose', 'evals')).subarray(0, -20), undefined],
  ])('finds it in whatever pieces: %s', (_name, body, expected) => {
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed);
      const step = () => 1 + Math.floor(random() * [1, 4, 40, 400][seed % 4]!);
      expect(scan(body, step), `seed ${seed}`).toBe(expected);
    }
  });

  it.each([
    form(part('purpose', 'x'.repeat(5000))),
    Buffer.from(`--${BOUNDARY}\r\nx: ${'y'.repeat(40_000)}`),
  ])('does not gather what never ends', (body) => {
    expect(() => scan(body, () => 1000)).toThrow(expect.objectContaining({ code: 'invalid_body' }));
  });

  it.each([undefined, 'application/json', 'multipart/form-data', 'multipart/mixed; boundary=x'])(
    'wants a form: %s',
    (type) => {
      expect(() => getBoundary(type)).toThrow(expect.objectContaining({ code: 'unsupported_media_type' }));
    },
  );

  it('reads a boundary as it may be written', () => {
    expect(getBoundary('multipart/form-data; boundary=abc')).toBe('abc');
    expect(getBoundary('Multipart/Form-Data; charset=utf-8; boundary="a b;c"; x=y')).toBe('a b;c');
  });
});

async function start(maxUploadBytes?: number) {
  const seen: Record<'console' | 'upstream', { request: IncomingMessage; body: Buffer }[]> = {
    console: [],
    upstream: [],
  };
  const serve = (who: 'console' | 'upstream') =>
    startUpstream(async (request, response) => {
      const body = await bodyOf(request).catch(() => Buffer.alloc(0));
      seen[who].push({ request, body });
      response.writeHead(200, { 'content-type': 'application/json' }).end(`{"of":"${who}"}`);
    });
  const console = await serve('console');
  const gateway = await startGateway(await serve('upstream'), {
    console,
    ...(maxUploadBytes ? { maxUploadBytes } : {}),
  });
  return { gateway, seen, url: `${gateway.url}/v1/files`, waiting: () => readdirSync(gateway.uploads) };
}

describe('an upload', () => {
  const large = noise(3_000_000);

  it.each([
    ['small, its purpose last', form(filePart('hello'), part('purpose', 'assistants'))],
    ['large, its purpose last', form(filePart(large), part('purpose', 'evals'))],
    ['large, its purpose first', form(part('purpose', 'fine-tune'), filePart(large))],
  ])('that is ours goes to the console byte for byte: %s', async (_name, body) => {
    const { gateway, seen, url, waiting } = await start();
    const length = { 'content-length': String(body.length) };
    expect((await take(url, { body, headers: { ...headers, ...length } })).text).toBe('{"of":"console"}');
    const asking = ask(url, { headers, isOpen: true });
    for (let at = 0; at < body.length; at += 100_000) asking.write(body.subarray(at, at + 100_000));
    asking.end();
    await (
      await asking.head
    ).over;
    for (const { request, body: got } of seen.console) {
      expect(request.url).toBe('/internal/v1/files');
      expect(request.headers['content-type']).toBe(headers['content-type']);
      expect(sha(got)).toBe(sha(body));
    }
    expect(seen.console.map(({ request }) => request.headers['content-length'])).toEqual([
      String(body.length),
      undefined,
    ]);
    expect([seen.upstream.length, waiting()]).toEqual([0, []]);
    expect(await gateway.calls()).toEqual([]);
  });

  it('for another purpose goes to the provider with our key there, and is recorded by shape', async () => {
    const { gateway, seen, url } = await start();
    const body = form(filePart(large), part('purpose', 'batch'));
    const answer = await take(url, { body, headers: { ...headers, 'content-length': String(body.length) } });
    expect(answer.text).toBe('{"of":"upstream"}');
    const [passed] = seen.upstream;
    expect(passed?.request.headers).toMatchObject({
      authorization: `Bearer ${PROVIDER_KEY}`,
      'content-length': String(body.length),
    });
    expect(sha(passed?.body ?? Buffer.alloc(0))).toBe(sha(body));
    expect(seen.console).toEqual([]);
    const [call] = await gateway.calls();
    expect(call).toMatchObject({
      open: { path: '/v1/files', operation: '' },
      close: { outcome: 'ok', request_size: body.length },
    });
    expect(call?.request).toHaveLength(0);
    expect(answer.headers['x-sekisho-trace-id']).toBe(call?.open.trace_id);
  });

  it('of an app with its own key is the provider’s, whatever it is for', async () => {
    const { gateway, seen } = await start();
    const body = form(filePart('x'), part('purpose', 'evals'));
    const type = { 'content-type': headers['content-type'], authorization: 'Bearer sk-app' };
    expect((await take(`${gateway.url}/k/${TOKEN}/v1/files`, { body, headers: type })).text).toBe(
      '{"of":"upstream"}',
    );
    expect(seen.console).toEqual([]);
  });

  it.each([
    ['without a purpose', form(filePart('x')), {}, 400, 'invalid_body'],
    [
      'that is no form',
      Buffer.from('{}'),
      { 'content-type': 'application/json' },
      415,
      'unsupported_media_type',
    ],
    ['that is compressed', Buffer.from('x'), { 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
    ['that is too large', form(filePart(large)), {}, 413, 'body_too_large'],
  ])('is refused %s', async (_name, body, more, status, code) => {
    const { url, seen, waiting } = await start(1_000_000);
    const answer = await take(url, { body, headers: { ...headers, ...more } });
    expect([answer.status, (JSON.parse(answer.text) as { error: { code: string } }).error.code]).toEqual([
      status,
      code,
    ]);
    expect([seen.console, seen.upstream, waiting()]).toEqual([[], [], []]);
  });

  it.each(['first', 'last'])(
    'that grows too large while it comes is refused, its purpose %s',
    async (place) => {
      const { url, seen, waiting } = await start(1_000_000);
      const purpose = part('purpose', 'evals');
      const body = place === 'first' ? form(purpose, filePart(large)) : form(filePart(large), purpose);
      const asking = ask(url, { headers, isOpen: true });
      for (let at = 0; at < body.length; at += 100_000) asking.write(body.subarray(at, at + 100_000));
      asking.end();
      expect((await asking.head).status).toBe(413);
      expect(seen.console.filter(({ request }) => request.complete)).toEqual([]);
      expect(waiting()).toEqual([]);
    },
  );

  it('leaves nothing behind when the client leaves in the middle', async () => {
    const { gateway, url, waiting } = await start();
    const asking = ask(url, { headers: { ...headers, 'content-length': '10000000' }, isOpen: true });
    asking.write(form(filePart(large)).subarray(0, 2_000_000));
    await waitUntil('the file', () => gateway.openUploads() > 0);
    expect(waiting()).toEqual([]);
    asking.leave();
    await waitUntil('it to be given back', () => gateway.openUploads() === 0);
  });

  it('is told when the console is away', async () => {
    const gateway = await startGateway('http://127.0.0.1:9');
    const body = form(filePart(large), part('purpose', 'evals'));
    const answer = await take(`${gateway.url}/v1/files`, { body, headers });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    await waitUntil('it to be given back', () => gateway.openUploads() === 0);
  });
});
