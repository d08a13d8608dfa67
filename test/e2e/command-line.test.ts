import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootSekisho, cleanEnv } from '../kit/boot.ts';
import { ROOT } from '../kit/tree.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sekisho-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'main.ts'), ...args], {
    cwd: folder,
    env: { ...cleanEnv(), ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr: stderr.trim() };
}

describe('the command line', () => {
  it('explains itself', () => {
    const { status, stdout } = run(['help']);
    expect(status).toBe(0);
    for (const command of [
      'all',
      'gateway',
      'collector',
      'console',
      'evals',
      'clickhouse',
      'demo',
      'eval',
      'reset-owner',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${command} +\\S`, 'm'));
    }
  });

  it.each([[['nonsense']], [['gateway+nonsense']], [[]]])('answers %j with its usage', (args) => {
    const { status, stdout, stderr } = run(args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: sekisho <command>');
  });

  it.each([
    ['gateway', 'SEKISHO_SECRET, SEKISHO_COLLECTOR_URL, SEKISHO_CONSOLE_URL'],
    ['collector', 'SEKISHO_SECRET, CLICKHOUSE_URL'],
    ['console', 'SEKISHO_SECRET, CLICKHOUSE_URL, SEKISHO_GATEWAY_URL'],
    ['clickhouse', 'SEKISHO_SECRET'],
    ['evals', 'SEKISHO_SECRET, CLICKHOUSE_URL, SEKISHO_CONSOLE_URL, SEKISHO_GATEWAY_URL'],
  ])('says in one line what %s lacks when alone', (room, settings) => {
    expect(run([room])).toEqual({
      status: 1,
      stdout: '',
      stderr: `${room} by itself needs ${settings}; see .env.example.`,
    });
  });

  it('says in one line that there is nothing to send demo traffic to', () => {
    const { status, stderr } = run(['demo']);
    expect(status).toBe(1);
    expect(stderr).toBe(`There is no Sekisho in ${join(folder, 'data')} yet; npm start makes one.`);
  });

  it('resets the password of a lost owner, beside the running console', async () => {
    const owner = { SEKISHO_ADMIN_EMAIL: 'owner@example.com', SEKISHO_ADMIN_PASSWORD: 'the first password' };
    const booted = await bootSekisho({ env: owner });
    expect(booted.urls.setup).toBeNull();
    const { status, stdout, stderr } = run(['reset-owner'], { SEKISHO_DATA: booted.dataDir });
    expect(status).toBe(0);
    expect(stderr).toBe('New password of owner@example.com:');
    const signIn = (password: string) =>
      fetch(`${booted.urls.console}/api/sign-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: booted.urls.console },
        body: JSON.stringify({ email: 'owner@example.com', password }),
      });
    expect((await signIn('the first password')).status).toBe(401);
    expect((await signIn(stdout.trim())).status).toBe(200);
  });
});
