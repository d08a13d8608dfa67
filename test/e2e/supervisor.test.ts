import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootEnv, bootSekisho, spawnAll, type Booted } from '../kit/boot.ts';
import { isAlive, listChildren, waitForDeath } from '../kit/processes.ts';
import { waitUntil } from '../kit/wait.ts';
import { startUpstream, type Upstream } from '../upstream/upstream.ts';

const chat = (booted: Booted, init: RequestInit = {}) =>
  fetch(`${booted.urls.gateway}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${booted.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] }),
    ...init,
  });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sekisho-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const isHealthy = (origin: string) =>
  fetch(`${origin}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

describe('a running installation', () => {
  let booted: Booted;
  beforeAll(async () => {
    // No secret given: it makes one, as it does for a newcomer.
    booted = await bootSekisho({ env: { SEKISHO_SECRET: '' } });
  });

  it('says on one line where everything is', () => {
    const { gateway, passthrough, setup, ...rest } = booted.urls;
    expect(gateway).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect(passthrough).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/k\/it-\w{49}\/v1$/);
    expect(setup).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/setup\?token=[\w-]{43}$/);
    expect(rest).toEqual({
      ready: true,
      clickhouse: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      collector: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      console: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
  });

  it('tells people the base URL, a key, and the set-up link', () => {
    expect(booted.stderr()).toContain(booted.urls.gateway);
    expect(booted.stderr()).toMatch(/sk-sekisho-\w{49}/);
    expect(booted.stderr()).toContain(booted.urls.setup);
    expect(booted.stderr()).toContain('demo upstream');
  });

  it('makes a secret that only its owner can read', () => {
    const file = join(booted.dataDir, 'secret');
    expect(readFileSync(file, 'utf8').trim()).toHaveLength(43);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each(['gateway', 'collector', 'console'] as const)('%s answers /healthz and /readyz', async (room) => {
    const { origin } = new URL(booted.urls[room]);
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
  });

  it.each(['gateway', 'collector', 'clickhouse'] as const)(
    'starts %s again at the same address after kill -9',
    async (room) => {
      const before = booted.pids()[room] ?? 0;
      await booted.kill(room);
      const after = await booted.back(room, before);
      expect(after).not.toBe(before);
      expect(booted.stderr()).toMatch(
        new RegExp(`${room}\\S* ended \\(SIGKILL\\); starting it again in 0\\.`),
      );
    },
  );

  it('leaves the supervisor and the other rooms alone meanwhile', () => {
    expect(isAlive(booted.pid)).toBe(true);
    expect(Object.keys(booted.pids()).toSorted()).toEqual([
      'clickhouse',
      'collector',
      'console',
      'evals',
      'gateway',
    ]);
  });
});

describe('ending', () => {
  let upstream: Upstream;
  beforeAll(async () => {
    upstream = await startUpstream();
  });
  afterAll(() => upstream.stop());

  it('finishes a response under way on SIGTERM, then exits with 0 and leaves nobody', async () => {
    const booted = await bootSekisho({ upstream: upstream.url });
    const pids = Object.values(booted.pids());
    upstream.reset();
    upstream.script('next', { delayMs: 1_500 });
    const answer = chat(booted);
    await upstream.arrived(1);
    const code = booted.stop('SIGTERM');
    const response = await answer;
    expect(response.status).toBe(200);
    expect(await response.json()).toHaveProperty('choices');
    expect(await code).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('ends at once at a second signal', async () => {
    const booted = await bootSekisho({ upstream: upstream.url });
    const pids = Object.values(booted.pids());
    upstream.reset();
    upstream.script('next', { hang: 'head' });
    const answer = chat(booted).catch(() => 'cut');
    await upstream.arrived(1);
    const code = booted.stop('SIGINT');
    // Signals within a second are one wish: Ctrl-C comes from the terminal and from npm.
    await waitUntil('the end after a second signal', () => {
      if (isAlive(booted.pid)) process.kill(booted.pid, 'SIGINT');
      return !isAlive(booted.pid);
    });
    expect(await code).toBe(1);
    expect(await answer).toBe('cut');
    for (const pid of pids) await waitForDeath(pid, 1_000);
  });

  it('leaves no orphan after kill -9 of the supervisor, and starts again on the same data', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sekisho-'));
    const first = await bootSekisho({ dataDir });
    const pids = Object.values(first.pids());
    expect(new Set(pids).size).toBe(3);
    const exit = first.stop('SIGKILL');
    const second = await bootSekisho({ dataDir });
    await exit;
    expect(pids.filter(isAlive)).toEqual([]);
    expect(second.apiKey).toBe(first.apiKey);
    expect((await chat(second)).status).toBe(200);
    await second.stop();
    rmSync(dataDir, { recursive: true });
  });

  it('ends when the pipe of whoever started it closes', async () => {
    const booted = await bootSekisho();
    const pids = Object.values(booted.pids());
    booted.disconnect();
    for (const pid of [booted.pid, ...pids]) await waitForDeath(pid);
  });
});

describe('a running installation on other terms', () => {
  it('goes on when nobody reads its text any more', async () => {
    const { child, said, exit } = spawnAll(bootEnv({}, folder), folder);
    await waitUntil('the ready line', () => said.out.endsWith('}\n'), 50_000);
    child.stdout?.destroy();
    child.stderr?.destroy();
    const findGateway = () => listChildren(child.pid ?? 0).find(({ args }) => args.includes('gateway'))?.pid;
    const before = findGateway() ?? 0;
    process.kill(before, 'SIGKILL');
    const origin = new URL((JSON.parse(said.out) as { gateway: string }).gateway).origin;
    await waitUntil('another gateway', () => ![before, undefined].includes(findGateway()));
    await waitUntil('the gateway to serve', () => isHealthy(origin));
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  it('tells people its public address, and programs the local one', async () => {
    const env = { SEKISHO_HOST: '0.0.0.0', SEKISHO_PUBLIC_URL: 'https://sekisho.example' };
    const booted = await bootSekisho({ env });
    expect(booted.urls.gateway).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect(booted.stderr()).toContain(
      `Base URL      https://sekisho.example:${new URL(booted.origin).port}/v1`,
    );
    expect(booted.stderr()).toContain('Set up        https://sekisho.example/setup?token=');
    expect((await chat(booted)).status).toBe(200);
  });
});

describe('a ClickHouse that is away', () => {
  it('keeps neither people nor apps from being served, and can be stopped meanwhile', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sekisho-'));
    const [consolePort, gatewayPort] = await Promise.all([findFreePort(), findFreePort()]);
    const ports = { CONSOLE_PORT: String(consolePort), GATEWAY_PORT: String(gatewayPort) };
    // Port 9 (discard) is nobody's.
    const env = bootEnv({ env: { ...ports, CLICKHOUSE_URL: 'http://127.0.0.1:9' } }, dataDir);
    const { child, said, exit } = spawnAll(env, dataDir);
    for (const port of [consolePort, gatewayPort]) {
      await waitUntil(`port ${port}`, () => isHealthy(`http://127.0.0.1:${port}`), 40_000);
    }
    expect(said.out).toBe('');
    expect(said.err).toContain('waiting for ClickHouse at http://127.0.0.1:9');
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    rmSync(dataDir, { recursive: true });
  });
});

describe('a start that cannot be', () => {
  async function fail(env: Record<string, string>) {
    const { said, exit } = spawnAll(bootEnv({ env }, join(folder, 'data')), folder);
    const code = await exit;
    expect(said.out).toBe('');
    return { code, text: said.err.trim() };
  }

  it('names an unknown setting', async () => {
    expect(await fail({ SEKISHO_COLOUR: 'red' })).toEqual({
      code: 2,
      text: 'Unknown setting SEKISHO_COLOUR; see .env.example.',
    });
  });

  it('names a bad value', async () => {
    const { code, text } = await fail({ GATEWAY_PORT: 'four thousand' });
    expect(code).toBe(2);
    expect(text).toMatch(/^Bad setting\. GATEWAY_PORT: .*$/);
  });

  it('names two settings with one port', async () => {
    const { code, text } = await fail({ GATEWAY_PORT: '29998', CONSOLE_PORT: '29998' });
    expect(code).toBe(1);
    expect(text).toBe('CONSOLE_PORT and GATEWAY_PORT are both 29998; give each its own port.');
  });

  it('names a folder that cannot be made', async () => {
    const { code, text } = await fail({ SEKISHO_DATA: '/dev/null/sekisho' });
    expect(code).toBe(1);
    expect(text).toBe('SEKISHO_DATA: cannot make /dev/null/sekisho (ENOTDIR).');
  });

  it('names a port in use, after having waited for a dying holder', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, text } = await fail({ CONSOLE_PORT: String(port) });
    server.close();
    expect(code).toBe(1);
    expect(text.split('\n')).toEqual([
      `Port ${port} is in use. Waiting up to 8 s for it to end.`,
      `Port ${port} (CONSOLE_PORT) is in use by another program. Free it, or set CONSOLE_PORT to another port (0 picks a free one).`,
    ]);
  });

  it('names the process that already runs on the same data', async () => {
    const booted = await bootSekisho();
    const { code, text } = await fail({ SEKISHO_DATA: booted.dataDir });
    expect(code).toBe(1);
    expect(text.split('\n')).toEqual([
      `Another process still holds ${booted.dataDir}. Waiting up to 8 s for it to end.`,
      `Sekisho already runs on ${booted.dataDir} (process ${booted.pid}). Stop it, or set SEKISHO_DATA to another folder.`,
    ]);
    expect((await chat(booted)).status).toBe(200);
  });
});
