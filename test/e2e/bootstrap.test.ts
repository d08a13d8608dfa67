import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bootEnv, cleanEnv } from '../kit/boot.ts';
import { listChildren, waitForDeath } from '../kit/processes.ts';
import { readText, ROOT } from '../kit/tree.ts';
import { waitUntil } from '../kit/wait.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sekisho-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(script: string, args: string[], env: Record<string, string> = {}, root = ROOT) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`deploy/bootstrap/${script}`, ...args], {
    cwd: root,
    env: { ...cleanEnv(), ...env },
    encoding: 'utf8',
  });
  return { status, lines: stdout.trim().split('\n'), stderr };
}

/** What evals alone must be told; it starts without anybody there. */
const OTHERS = {
  CLICKHOUSE_URL: 'http://127.0.0.1:9',
  SEKISHO_CONSOLE_URL: 'http://127.0.0.1:9',
  SEKISHO_GATEWAY_URL: 'http://127.0.0.1:9',
};

describe('sekisho.mjs', () => {
  it('starts an installed clone without installing or building, and its death by kill -9 ends everything', async () => {
    run('run.mjs', ['build']);
    const child = spawn(process.execPath, [join(ROOT, 'deploy/bootstrap/sekisho.mjs'), 'all'], {
      env: { ...cleanEnv(), ...bootEnv({}, folder) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await once(child.stdout, 'data');
    expect(said).not.toMatch(/Installing|Building/);
    const [supervisor] = listChildren(child.pid ?? 0);
    const pids = [supervisor, ...listChildren(supervisor?.pid ?? 0)].map((each) => each?.pid ?? 0);
    expect(pids).toHaveLength(4);
    child.kill('SIGKILL');
    for (const pid of pids) await waitForDeath(pid);
  });

  it('passes a signal on, and ends with the exit code of what it started', async () => {
    expect(run('sekisho.mjs', ['nonsense']).status).toBe(2);
    const child = spawn(process.execPath, [join(ROOT, 'deploy/bootstrap/sekisho.mjs'), 'evals'], {
      env: { ...cleanEnv(), ...bootEnv({ env: OTHERS }, folder) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await waitUntil('evals', async () => String(await once(child.stderr, 'data')).length > 0);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('test.mjs', () => {
  it('ends with the counts of a run that passes', () => {
    const { status, lines } = run('test.mjs', ['test/unit/collector/lock.test.ts']);
    expect(lines.at(-1)).toBe('4 passed, 0 failed');
    expect(status).toBe(0);
  });

  it('counts a run that finds no tests as a failure', () => {
    const { status, lines } = run('test.mjs', ['test/unit/collector/no-such.test.ts']);
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
    expect(status).toBe(1);
  });
});

describe('a fresh clone', () => {
  /** A clone of next to nothing, so that npm has nothing to bring; no registry is asked. */
  function makeClone(lock: object): string {
    cpSync(join(ROOT, 'deploy', 'bootstrap'), join(folder, 'deploy', 'bootstrap'), { recursive: true });
    const { optionalDependencies } = JSON.parse(readText('package.json')) as Record<string, object>;
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'x', type: 'module', optionalDependencies }),
    );
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    writeFileSync(join(folder, 'main.ts'), 'console.log("main", process.argv[2]);');
    return folder;
  }
  const NOBODY = {
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_fetch_retries: '0',
    npm_config_cache: '',
  };
  const env = () => ({ ...NOBODY, npm_config_cache: join(folder, 'cache') });

  it('stops with npm’s own words when the installation fails', () => {
    const { status, stderr, lines } = run(
      'sekisho.mjs',
      ['help'],
      env(),
      makeClone({ lockfileVersion: 3, packages: {} }),
    );
    expect(status).toBe(1);
    expect(stderr).toContain('about 1 GB');
    expect(stderr).toContain('npm ci');
    expect(stderr).toContain('The installation failed');
    expect(lines).toEqual(['']);
  });

  it('does nothing for what somebody else has installed, and names what is missing', () => {
    const lock = { lockfileVersion: 3, packages: { 'node_modules/left': { version: '1.0.0' } } };
    const clone = makeClone(lock);
    mkdirSync(join(clone, 'node_modules'));
    writeFileSync(join(clone, 'node_modules', '.package-lock.json'), JSON.stringify(lock));
    const first = run('sekisho.mjs', ['help'], env(), clone);
    expect(first.stderr).not.toContain('Installing');
    expect(first.stderr).toMatch(/Adding the embedded ClickHouse for this machine: @chdb\/lib-\S+@\d/);
    expect(first.stderr).toContain('Set CLICKHOUSE_URL');
    expect(first.lines).toEqual(['main help']);
    // What cannot be had is not tried again at every start.
    expect(run('sekisho.mjs', ['help'], env(), clone)).toEqual({
      status: 0,
      lines: ['main help'],
      stderr: '',
    });
  });
});
