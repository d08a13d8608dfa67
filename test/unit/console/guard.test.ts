/** What the console refuses before it looks at who is asking, and the headers of all its answers. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createThrottle } from '../../../console/api/guard/throttle.ts';
import { PASSWORD, startTestConsole, type TestConsole } from '../../kit/console.ts';

let pageFolder: string;
let room: TestConsole;
let secure: TestConsole;

beforeAll(async () => {
  pageFolder = makePage();
  room = await startTestConsole({ pageFolder });
  secure = await startTestConsole({ env: { SEKISHO_PUBLIC_URL: 'https://sekisho.example.com' } });
});
afterAll(async () => {
  await room.stop();
  await secure.stop();
  rmSync(pageFolder, { recursive: true });
});

function makePage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-page-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'assets', 'app-1a2b.js'), 'let a = 1;');
  writeFileSync(join(folder, 'assets', 'app-1a2b.js.gz'), gzipSync('let a = 1;'));
  writeFileSync(join(folder, '.secret'), 'hidden');
  return folder;
}

/** Sends bytes that no client library would. */
async function sendRaw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(text.replaceAll('\n', '\r\n'));
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
  await once(socket, 'close');
  return answer;
}

async function statusFor(url: string, headers: string, method = 'GET', path = '/api/setup'): Promise<number> {
  const answer = await sendRaw(url, `${method} ${path} HTTP/1.1\n${headers}\nConnection: close\n\n`);
  return Number(answer.split(' ')[1]);
}

describe('Host', () => {
  it.each([
    ['127.0.0.1', 200],
    ['127.0.0.1:3000', 200],
    ['LocalHost:1', 200],
    ['[::1]:3000', 200],
    ['sekisho.example.com', 403],
    ['127.0.0.1.evil.example', 403],
    ['evil.example:3000', 403],
    ['localhost@evil.example', 403],
    ['', 403],
    ['127.0.0.1\nHost: evil.example', 403],
  ])('%j: %i', async (host, status) => {
    expect(await statusFor(room.url, `Host: ${host}`)).toBe(status);
  });

  it('takes the public one when there is one', async () => {
    expect(await statusFor(secure.url, 'Host: sekisho.example.com')).toBe(200);
    expect(await statusFor(secure.url, 'Host: other.example.com')).toBe(403);
  });

  it('is of no matter to probes', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect(await statusFor(room.url, 'Host: 10.1.2.3:3000', 'GET', path)).toBe(200);
    }
  });
});

describe('where a request comes from', () => {
  const HOST = 'Host: 127.0.0.1:3000';
  it.each([
    ['our own page', 'POST', 'Origin: http://127.0.0.1:3000\nSec-Fetch-Site: same-origin', 401],
    ['no browser', 'POST', '', 401],
    ['another site', 'POST', 'Origin: https://evil.example\nSec-Fetch-Site: cross-site', 403],
    ['another site without Origin', 'POST', 'Sec-Fetch-Site: cross-site', 403],
    ['a neighbour', 'POST', 'Sec-Fetch-Site: same-site', 403],
    ['another port of this machine', 'POST', 'Origin: http://127.0.0.1:8080', 403],
    ['a sandboxed frame', 'POST', 'Origin: null', 403],
    ['a file', 'POST', 'Origin: file://', 403],
    ['a reading script of another site', 'GET', 'Origin: https://evil.example', 403],
    ['a link on another site', 'GET', 'Sec-Fetch-Site: cross-site', 401],
  ])('%s (%s): %#', async (_name, method, headers, status) => {
    const path = method === 'POST' ? '/api/sign-out' : '/api/me';
    expect(await statusFor(room.url, headers ? `${HOST}\n${headers}` : HOST, method, path)).toBe(status);
  });
});

describe('a body', () => {
  const signIn = { email: 'a@example.com', password: 'x' };
  it.each([
    ['no JSON', 'text/plain', JSON.stringify(signIn), 415, 'unsupported_media_type'],
    ['a form', 'application/x-www-form-urlencoded', 'email=a', 415, 'unsupported_media_type'],
    ['broken JSON', 'application/json', '{"email":', 400, 'invalid_json'],
    ['a bare value', 'application/json', '"text"', 400, 'invalid_json'],
    ['another charset', 'application/json; charset=shift_jis', '{}', 415, 'unsupported_media_type'],
    ['members missing', 'application/json', '{}', 400, 'invalid_body'],
    [
      'JSON nested too deep',
      'application/json',
      `{"a":${'['.repeat(9_000)}${']'.repeat(9_000)}}`,
      400,
      'invalid_body',
    ],
    ['more than a megabyte', 'application/json', `{"email":"${'x'.repeat(1 << 20)}"}`, 413, 'body_too_large'],
  ])('%s', async (_name, type, body, status, code) => {
    const headers = { 'content-type': type };
    const response = await room.ask('anonymous', '/api/sign-in', { method: 'POST', body, headers });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it('that unpacks to more than a megabyte is refused as well', async () => {
    const body = gzipSync(JSON.stringify({ email: 'x'.repeat(8 << 20), password: 'x' }));
    const headers = { 'content-encoding': 'gzip' };
    const response = await room.ask('anonymous', '/api/sign-in', { method: 'POST', body, headers });
    expect(response.status).toBe(413);
  });
});

describe('addresses', () => {
  it.each([
    ['GET', '/api/nothing', 404, 'not_found'],
    ['PATCH', '/api/me', 405, 'method_not_allowed'],
    ['GET', '/api/me/', 404, 'not_found'],
    ['GET', '/API/me', 404, 'not_found'],
    ['GET', '/api/projects/%ff/calls', 404, 'not_found'],
    ['POST', '/', 404, 'not_found'],
    ['GET', '/internal/registry', 403, 'forbidden'],
    ['GET', '/internal/other', 403, 'forbidden'],
  ])('%s %s: %i', async (method, path, status, code) => {
    const response = await room.ask('owner', path, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });
});

describe('the cookie', () => {
  const signIn = (headers: string): string => {
    const body = JSON.stringify({ email: 'viewer@example.com', password: PASSWORD });
    const type = `Content-Type: application/json\nContent-Length: ${body.length}\nConnection: close`;
    return `POST /api/sign-in HTTP/1.1\n${headers}\n${type}\n\n${body}`;
  };

  it('is bound to the host and to https where we are reached by https', async () => {
    const answer = await sendRaw(secure.url, signIn('Host: sekisho.example.com'));
    const cookie = /^set-cookie: (.*)\r$/im.exec(answer)?.[1] ?? '';
    expect(cookie).toMatch(/^__Host-sekisho=[\w-]{43};/);
    for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) expect(cookie).toContain(part);
    expect(cookie).not.toContain('Domain');
  });

  it('is a plain one on this machine', async () => {
    const answer = await sendRaw(room.url, signIn('Host: 127.0.0.1'));
    const cookie = /^set-cookie: (.*)\r$/im.exec(answer)?.[1] ?? '';
    expect(cookie).toMatch(/^sekisho=[\w-]{43};/);
    expect(cookie).toContain('HttpOnly');
    expect(cookie).not.toContain('Secure');
  });
});

describe('the page', () => {
  it.each(['/', '/calls', '/setup?token=x'])(
    'answers %s with its index, under a strict policy',
    async (path) => {
      const response = await room.ask('anonymous', path);
      expect(await response.text()).toContain('<title>page</title>');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      const policy = response.headers.get('content-security-policy');
      for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"])
        expect(policy).toContain(part);
      expect(policy).not.toContain('unsafe');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.has('x-powered-by')).toBe(false);
    },
  );

  it('keeps hashed assets for ever, compressed where it can', async () => {
    const response = await room.ask('anonymous', '/assets/app-1a2b.js', {
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(await response.text()).toBe('let a = 1;');
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(response.headers.get('content-type')).toContain('javascript');
    expect(response.headers.get('cache-control')).toContain('immutable');
    const plain = await room.ask('anonymous', '/assets/app-1a2b.js', {
      headers: { 'accept-encoding': 'identity' },
    });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await plain.text()).toBe('let a = 1;');
  });

  it.each(['/assets/gone-3c4d.js', '/.secret', '/..%2f.secret', '/%2e%2e/registry.db'])(
    'has no %s',
    async (path) => {
      const response = await room.ask('anonymous', path);
      expect(await response.text()).not.toContain('hidden');
      expect(response.status === 404 || response.headers.get('content-type')?.includes('html')).toBe(true);
    },
  );
});

it('counts failures per account and address, and per address over all accounts', () => {
  const clock = { now: 0 };
  const throttle = createThrottle(() => clock.now);
  const fails = (account: string, address: string): boolean => {
    try {
      throttle.take(account, address);
      return false;
    } catch {
      return true;
    }
  };
  for (let i = 0; i < 5; i++) expect(fails('a', '1')).toBe(false);
  expect([fails('a', '1'), fails('A ', '1'), fails('a', '2'), fails('b', '1')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  throttle.forget('a', '1');
  expect(fails('a', '1')).toBe(false);
  for (let i = 0; i < 60; i++) fails(`other-${i}`, '1');
  expect(fails('fresh', '1')).toBe(true);
  clock.now += 15 * 60_000 + 1;
  expect(fails('fresh', '1')).toBe(false);
});
