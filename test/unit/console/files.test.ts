/** Uploads as people and programs send them, also badly: what is refused leaves nothing behind. */
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, startTestConsole, type TestConsole } from '../../kit/console.ts';
import { waitUntil } from '../../kit/wait.ts';

let room: TestConsole;
let path: string;

beforeAll(async () => {
  room = await startTestConsole();
  path = `/api/projects/${room.project_id}/files`;
});
afterAll(() => room.stop());

type Answer = {
  status: number;
  body: { id: string; error: Record<string, string> } & Record<string, unknown>;
};

const BOUNDARY = 'boundary-of-the-test';
const part = (disposition: string, value: string): string =>
  `--${BOUNDARY}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
const field = (name: string, value: string): string => part(`name="${name}"`, value);
const file = (value: string, name = 'file', filename = 'a.txt'): string =>
  part(`name="${name}"; filename="${filename}"`, value);
const END = `--${BOUNDARY}--\r\n`;
const PURPOSE = field('purpose', 'assistants');

async function send(
  body: string | Buffer,
  type = `multipart/form-data; boundary=${BOUNDARY}`,
): Promise<Answer> {
  const response = await room.ask('builder', path, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body as string)),
    headers: { 'content-type': type },
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const countKept = (): number => {
  try {
    const entries = readdirSync(join(room.folder, 'files'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  } catch {
    return 0;
  }
};

describe('an upload', () => {
  it.each([
    ['the file last', PURPOSE + file('one')],
    ['the file first', file('two') + PURPOSE],
    [
      'the file between',
      field('expires_after[seconds]', '7200') +
        file('three') +
        PURPOSE +
        field('expires_after[anchor]', 'created_at'),
    ],
    ['fields of nobody', field('something', 'else') + PURPOSE + file('four')],
  ])('is taken in any order: %s', async (_name, parts) => {
    const { status, body } = await send(parts + END);
    expect([status, body['filename'], body['purpose']]).toEqual([200, 'a.txt', 'assistants']);
  });

  it.each([
    ['レポート 1.txt', 'レポート 1.txt'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\\\temp\\\\b.md', 'b.md'],
    ['', 'upload'],
    [`${'x'.repeat(600)}.txt`, `${'x'.repeat(496)}.txt`],
  ])('named %j is called %j', async (given, name) => {
    const { status, body } = await send(PURPOSE + file(`named ${given}`, 'file', given) + END);
    expect([status, body['filename']]).toEqual([200, name]);
  });

  it('may be empty, and is then an empty file', async () => {
    const { body } = await send(PURPOSE + file('') + END);
    expect(body['bytes']).toBe(0);
    expect(await (await room.ask('viewer', `${path}/${body.id}/content`)).text()).toBe('');
  });
});

describe('an upload that cannot be taken', () => {
  it.each<[string, string, number, string, string | null]>([
    ['no parts', END, 400, 'invalid_body', 'file'],
    ['nothing at all', '', 400, 'invalid_body', 'file'],
    ['no file', PURPOSE + END, 400, 'invalid_body', 'file'],
    ['no purpose', file('x') + END, 400, 'invalid_body', 'purpose'],
    [
      'a purpose of the provider',
      field('purpose', 'batch') + file('x') + END,
      400,
      'invalid_body',
      'purpose',
    ],
    ['the file elsewhere', PURPOSE + file('x', 'document') + END, 400, 'invalid_body', 'document'],
    ['two files', PURPOSE + file('x') + file('y') + END, 400, 'invalid_body', 'file'],
    ['no end', `${PURPOSE}${file('x')}`, 400, 'invalid_body', 'file'],
    [
      'another boundary',
      (PURPOSE + file('x') + END).replaceAll(BOUNDARY, 'other'),
      400,
      'invalid_body',
      'file',
    ],
    [
      'a purpose of a megabyte',
      field('purpose', 'x'.repeat(1_000_000)) + file('x') + END,
      400,
      'invalid_body',
      'purpose',
    ],
    [
      'a hundred fields',
      Array.from({ length: 100 }, (_, i) => field(`f${i}`, '1')).join('') + PURPOSE + file('x') + END,
      400,
      'invalid_body',
      'file',
    ],
    [
      'an anchor without seconds',
      PURPOSE + field('expires_after[anchor]', 'created_at') + file('x') + END,
      400,
      'invalid_body',
      'expires_after[seconds]',
    ],
    [
      'an hour too short',
      PURPOSE +
        field('expires_after[anchor]', 'created_at') +
        field('expires_after[seconds]', '60') +
        file('x') +
        END,
      400,
      'invalid_body',
      'expires_after[seconds]',
    ],
  ])('is refused: %s', async (_name, body, status, code, param) => {
    const before = countKept();
    const answer = await send(body);
    expect([answer.status, answer.body.error['code'], answer.body.error['param']]).toEqual([
      status,
      code,
      param,
    ]);
    expect(countKept()).toBe(before);
  });

  it.each([
    ['application/json', 415, 'unsupported_media_type'],
    ['application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
    ['multipart/form-data', 400, 'invalid_body'],
  ])('is refused as %s', async (type, status, code) => {
    const answer = await send(PURPOSE + file('x') + END, type);
    expect([answer.status, answer.body.error['code']]).toEqual([status, code]);
  });

  it('leaves alone what another file has, though its bytes are the same', async () => {
    const kept = await send(PURPOSE + file('shared bytes') + END);
    await send(field('purpose', 'nonsense') + file('shared bytes') + END);
    expect(await (await room.ask('viewer', `${path}/${kept.body.id}/content`)).text()).toBe('shared bytes');
  });

  const open = async (length: number) => {
    const cookie = await signIn();
    const headers = {
      cookie,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': length,
    };
    return request(room.url + path, { method: 'POST', headers, agent: false });
  };
  const signIn = async () => {
    const body = JSON.stringify({ email: 'builder@example.com', password: PASSWORD });
    const answer = await room.ask('anonymous', '/api/sign-in', { method: 'POST', body });
    return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  };

  it('is refused before it is read where it says that it is too large', async () => {
    const outgoing = await open(600 * 1024 ** 2);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    outgoing.on('error', reject).on('response', (response) => {
      void text(response).then((body) => resolve(`${response.statusCode} ${body}`));
    });
    outgoing.write(PURPOSE);
    expect(await promise).toMatch(/^413 .*body_too_large/);
    outgoing.destroy();
  });

  it('leaves nothing where the client hangs up in the middle', async () => {
    const before = countKept();
    const outgoing = await open(50_000_000);
    outgoing.on('error', () => {});
    outgoing.write(PURPOSE + file('x'.repeat(5_000_000)).slice(0, -2));
    await waitUntil('the upload to begin', () => countKept() > before);
    outgoing.destroy();
    await waitUntil('its part to be gone', () => countKept() === before);
  });
});

describe('a file that has expired', () => {
  it('is as good as deleted', async () => {
    const { body } = await send(PURPOSE + file('short-lived') + END);
    room.registry.refresh();
    const entry = room.registry.view.find('file', body.id);
    if (!entry) throw new Error('no such file');
    room.registry.append({
      ...entry,
      body: { ...entry.body, expires_at: Math.floor(Date.now() / 1000) - 1 },
      actor: 'system',
      reason: 'test',
      expected_revision: entry.revision,
    });
    await waitUntil(
      'it to be gone',
      async () => (await room.ask('viewer', `${path}/${body.id}`)).status === 404,
    );
    expect((await room.ask('viewer', `${path}/${body.id}/content`)).status).toBe(404);
    expect(await (await room.ask('viewer', path)).text()).not.toContain(body.id);
  });
});

it('many files are listed page by page', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.push((await send(PURPOSE + file(`page ${i}`) + END)).body.id);
  const list = async (query: string) =>
    (await (await room.ask('viewer', `${path}?${query}`)).json()) as {
      data: { id: string }[];
      has_more: boolean;
    };
  const first = await list('limit=2&order=desc');
  expect(first.data.map(({ id }) => id)).toEqual([ids[4], ids[3]]);
  expect(first.has_more).toBe(true);
  const next = await list(`limit=3&order=desc&after=${ids[3]}`);
  expect(next.data.map(({ id }) => id)).toEqual([ids[2], ids[1], ids[0]]);
  expect((await room.ask('viewer', `${path}?limit=0`)).status).toBe(400);
});
