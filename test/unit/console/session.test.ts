/** Set-up, sign-in and sign-out against the real console; no database is up, and none is needed. */
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../../config.ts';
import { resetOwner, setupLink, setupToken } from '../../../console/api/owner.ts';
import { startConsole } from '../../../console/api/start.ts';
import { PASSWORD, startTestConsole } from '../../kit/console.ts';
import { TEST_SECRET } from '../../kit/engine.ts';
import { freshFolder } from '../../kit/registry.ts';

type Options = { env?: Record<string, string>; folder?: string };

/** A console as a newcomer has it: nobody in it. */
async function freshConsole({ env = {}, folder = freshFolder() }: Options = {}) {
  const settings = { SEKISHO_DATA: folder, SEKISHO_SECRET: TEST_SECRET, CONSOLE_PORT: '0', ...env };
  const config = loadConfig({ CLICKHOUSE_URL: 'http://127.0.0.1:9', ...settings }, folder);
  const room = await startConsole(config);
  onTestFinished(() => room.stop());
  const send = (path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(room.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return { ...room, config, folder, send };
}

const OWNER = { email: 'Owner@Example.com', name: '所有者', password: PASSWORD };

function cookieOf(response: Response): string {
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

it('makes the first owner by the printed link, once, and signs them in', async () => {
  const room = await freshConsole();
  const needed = async () => (await (await room.send('/api/setup')).json()) as unknown;
  expect(await needed()).toEqual({ needed: true });
  expect(setupLink(room.url, TEST_SECRET)).toBe(`${room.url}/setup?token=${setupToken(TEST_SECRET)}`);

  const wrong = await room.send('/api/setup', { ...OWNER, token: `${setupToken(TEST_SECRET)}x` });
  expect(wrong.status).toBe(401);
  const right = await room.send('/api/setup', { ...OWNER, token: setupToken(TEST_SECRET) });
  expect(right.status).toBe(200);
  expect(await needed()).toEqual({ needed: false });
  const me = await room.send('/api/me', undefined, { cookie: cookieOf(right) });
  expect(await me.json()).toMatchObject({
    email: 'owner@example.com',
    name: '所有者',
    role: 'owner',
    projects: [{ name: 'default' }],
  });
  const again = await room.send('/api/setup', {
    ...OWNER,
    email: 'b@example.com',
    token: setupToken(TEST_SECRET),
  });
  expect(again.status).toBe(403);
});

it('lets one of two who use the link at once become the owner', async () => {
  const room = await freshConsole();
  const token = setupToken(TEST_SECRET);
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((name) => room.send('/api/setup', { ...OWNER, email: `${name}@example.com`, token })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403, 403]);
});

it('takes the owner from the settings, and seeds nothing twice', async () => {
  const env = { SEKISHO_ADMIN_EMAIL: 'boss@example.com', SEKISHO_ADMIN_PASSWORD: PASSWORD };
  const folder = freshFolder();
  const first = await freshConsole({ env, folder });
  expect(await (await first.send('/api/setup')).json()).toEqual({ needed: false });
  await first.stop();
  const second = await freshConsole({ env, folder });
  const signedIn = await second.send('/api/sign-in', { email: 'boss@example.com', password: PASSWORD });
  const cookie = cookieOf(signedIn);
  const me = (await (await second.send('/api/me', undefined, { cookie })).json()) as {
    projects: { id: string }[];
  };
  expect(me.projects).toHaveLength(1);
  const keys = await second.send(`/api/projects/${me.projects[0]?.id}/keys`, undefined, { cookie });
  const { keys: list } = (await keys.json()) as { keys: { kind: string }[] };
  expect(list.map(({ kind }) => kind).toSorted()).toEqual(['ingest_token', 'key']);
});

it('says the same to a wrong password and an unknown e-mail', async () => {
  const room = await startTestConsole();
  onTestFinished(() => room.stop());
  const signIn = async (email: string) => {
    const body = JSON.stringify({ email, password: 'not the password' });
    const response = await room.ask('anonymous', '/api/sign-in', { method: 'POST', body });
    return [response.status, await response.json(), response.headers.getSetCookie()];
  };
  const unknown = await signIn('nobody@example.com');
  expect(unknown).toEqual(await signIn('viewer@example.com'));
  expect(unknown[0]).toBe(401);
  expect(unknown[2]).toEqual([]);
});

it('stops guessing after five failures, for that account only, and tells the right password nothing', async () => {
  const room = await startTestConsole();
  onTestFinished(() => room.stop());
  const signIn = async (email: string, password: string) => {
    const body = JSON.stringify({ email, password });
    return (await room.ask('anonymous', '/api/sign-in', { method: 'POST', body })).status;
  };
  // At once, so that none is let through while others are being checked.
  const guesses = await Promise.all(
    Array.from({ length: 12 }, (_, i) => signIn('viewer@example.com', `guess ${i}`)),
  );
  expect(guesses.filter((status) => status === 401)).toHaveLength(5);
  expect(guesses.filter((status) => status === 429)).toHaveLength(7);
  expect(await signIn('VIEWER@example.com', PASSWORD)).toBe(429);
  expect(await signIn('owner@example.com', PASSWORD)).toBe(200);
});

it('ends the session of before at sign-in, and at sign-out', async () => {
  const room = await startTestConsole();
  onTestFinished(() => room.stop());
  const body = JSON.stringify({ email: 'viewer@example.com', password: PASSWORD });
  const signIn = (cookie = ''): Promise<Response> =>
    room.ask('anonymous', '/api/sign-in', { method: 'POST', body, headers: { cookie } });
  const status = async (cookie: string) =>
    (await room.ask('anonymous', '/api/me', { headers: { cookie } })).status;
  const first = cookieOf(await signIn());
  const second = cookieOf(await signIn(first));
  expect([await status(first), await status(second)]).toEqual([401, 200]);
  const out = await room.ask('anonymous', '/api/sign-out', { method: 'POST', headers: { cookie: second } });
  expect(out.headers.getSetCookie()[0]).toMatch(/^sekisho=;.*Max-Age=0/);
  expect(await status(second)).toBe(401);
});

it('gives a lost owner a new password, beside a running console', async () => {
  const room = await startTestConsole();
  onTestFinished(() => room.stop());
  const reset = await resetOwner(room.config, 'OWNER@example.com');
  if (!('password' in reset)) throw new Error('no owner');
  expect((await room.ask('owner', '/api/me')).status).toBe(401);
  const signIn = async (password: string) => {
    const body = JSON.stringify({ email: reset.email, password });
    return (await room.ask('anonymous', '/api/sign-in', { method: 'POST', body })).status;
  };
  expect([await signIn(PASSWORD), await signIn(reset.password)]).toEqual([401, 200]);
  await expect(resetOwner(room.config, 'viewer@example.com')).rejects.toThrow('No owner has the e-mail');
});

it('has nobody to reset where nobody was set up', async () => {
  const room = await freshConsole();
  expect(await resetOwner(room.config)).toEqual({ setup: true });
});
