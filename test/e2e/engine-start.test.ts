/** How the embedded engine starts, waits, refuses to start, and ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../config.ts';
import { roleUser, userPassword } from '../../collector/store/access.ts';
import { openStore } from '../../collector/store/client.ts';
import { insertBytes } from '../../collector/store/insert.ts';
import { migrate } from '../../collector/store/migrate.ts';
import { startEngine } from '../../collector/store/start.ts';
import { callBatch, countTargets } from '../kit/calls.ts';
import type { TestEngineOptions } from '../kit/engine.ts';
import { TEST_SECRET, startTestEngine } from '../kit/engine.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sekisho-start-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Starts an engine and, once it says that it waits, runs `then`. */
async function startWaiting(options: TestEngineOptions, then: () => Promise<void>) {
  const waiting = Promise.withResolvers<void>();
  const starting = startTestEngine({
    ...options,
    hear: (text) => text.includes('waiting up to 8 s') && waiting.resolve(),
  });
  await Promise.race([waiting.promise, starting]);
  await then();
  return starting;
}

describe('an engine', () => {
  it('keeps its data over a stop and a start, and follows a new secret', async () => {
    const first = await startTestEngine({ dataDir });
    const before = await openStore(first);
    await migrate(before);
    await insertBytes(before, callBatch('kept:1', { count: 3 }));
    await before.close();
    await first.stop();

    const second = await startTestEngine({ dataDir, secret: 'another-secret-of-the-tests-0123456789' });
    await expect(openStore(first)).rejects.toThrow();
    const after = await openStore(second);
    expect(await migrate(after)).toEqual([]);
    expect(await countTargets(after)).toEqual({ spans: 3, bodies: 3, calls: 3, tokens: 9 });
    await after.close();
    await second.stop();
  });

  it('ends within 6 s while a query runs', async () => {
    const engine = await startTestEngine({ dataDir });
    const user = roleUser('reader', engine.database);
    const query = encodeURIComponent('SELECT number FROM numbers(1000000000000)');
    const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': userPassword(TEST_SECRET, user) };
    const asking = get(`${engine.url}/?query=${query}`, { headers, agent: false });
    asking.on('error', () => undefined);
    const [answer] = await once(asking, 'response');
    answer.on('error', () => undefined);
    const begun = performance.now();
    await engine.stop();
    expect(performance.now() - begun).toBeLessThan(7000);
    expect(isAlive(engine.pid)).toBe(false);
  });

  it('ends when its parent is killed', async () => {
    const script = new URL('../kit/engine-parent.ts', import.meta.url).pathname;
    const parent = spawn(process.execPath, [script, dataDir], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [message] = await once(parent, 'message');
    const { pid } = message as { pid: number };
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 8000 });
  });
});

describe('a start on what is in use', () => {
  it('waits for a dying engine to let go of its folder, and says so', async () => {
    const dying = await startTestEngine({ dataDir });
    const next = await startWaiting({ dataDir }, () => dying.kill());
    expect(next.stderr()).toContain(`${dataDir}/clickhouse is in use by another process`);
    await next.stop();
  });

  it('waits for its port, and says so', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const next = await startWaiting({ dataDir, port }, async () => {
      holder.close();
      await once(holder, 'close');
    });
    expect(next.url).toBe(`http://127.0.0.1:${port}`);
    expect(next.stderr()).toContain(`port ${port} is in use`);
    await next.stop();
  });

  it('gives up with the reason in one line', async () => {
    const engine = await startTestEngine({ dataDir });
    const port = Number(new URL(engine.url).port);
    const elsewhere = mkdtempSync(join(tmpdir(), 'sekisho-start-'));
    const [folder, address] = await Promise.allSettled([
      startTestEngine({ dataDir }),
      startTestEngine({ dataDir: elsewhere, port }),
    ]);
    expect(folder).toMatchObject({
      reason: {
        message: `${dataDir}/clickhouse is in use by process ${engine.pid}: stop it, or choose another SEKISHO_DATA.`,
      },
    });
    expect(address).toMatchObject({
      reason: {
        message: `Port ${port} is in use by another program: stop it, or choose another CLICKHOUSE_PORT.`,
      },
    });
    const store = await openStore(engine);
    expect(await store.ping()).toBe(true);
    await store.close();
    await engine.stop();
    rmSync(elsewhere, { recursive: true });
  });
});

describe('a start that cannot be', () => {
  it('says so when the engine ends at once', async () => {
    mkdirSync(join(dataDir, 'clickhouse'), { recursive: true });
    writeFileSync(join(dataDir, 'clickhouse', 'store'), 'not a folder');
    await expect(startTestEngine({ dataDir })).rejects.toThrow('ClickHouse ended while starting');
  });

  it.each([
    [{}, 'SEKISHO_SECRET is needed'],
    [{ CLICKHOUSE_USER: 'default', CLICKHOUSE_PASSWORD: 'x' }, 'cannot be used'],
    [{ CLICKHOUSE_USER: 'sekisho_reader', CLICKHOUSE_PASSWORD: 'x' }, 'cannot be used'],
    [{ CLICKHOUSE_USER: 'me<x/>', CLICKHOUSE_PASSWORD: 'x' }, 'cannot be used'],
    [{ CLICKHOUSE_USER: 'me' }, 'needs a CLICKHOUSE_PASSWORD'],
  ])('is refused with %o', async (settings, reason) => {
    const secret = Object.keys(settings).length > 0 ? { SEKISHO_SECRET: TEST_SECRET } : {};
    const config = loadConfig({ ...secret, ...settings, SEKISHO_DATA: dataDir }, dataDir);
    await expect(startEngine(config)).rejects.toThrow(reason);
  });
});
