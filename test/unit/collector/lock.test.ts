import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../../collector/spool/lock.ts';

const MODULE = new URL('../../../collector/spool/lock.ts', import.meta.url).href;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sekisho-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function startHolder(path: string) {
  const script = `import { takeLock } from ${JSON.stringify(MODULE)};
    const lock = await takeLock(${JSON.stringify(path)});
    console.log(lock ? 'held' : 'refused');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: said.toString().trim() };
}

describe('takeLock', () => {
  it('makes the folder and gives the lock once', async () => {
    const path = join(folder, 'deep', 'lock');
    const lock = await takeLock(path);
    expect(lock).toBeDefined();
    expect(await takeLock(path)).toBeUndefined();
    lock?.release();
    lock?.release();
    const again = await takeLock(path);
    expect(again).toBeDefined();
    again?.release();
  });

  it('is free again after its holder is killed with -9', async () => {
    const path = join(folder, 'lock');
    const { child, said } = await startHolder(path);
    expect(said).toBe('held');
    expect(await takeLock(path)).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = await takeLock(path);
    expect(lock).toBeDefined();
    lock?.release();
  });

  it('keeps another process out', async () => {
    const path = join(folder, 'lock');
    const lock = await takeLock(path);
    const { child, said } = await startHolder(path);
    expect(said).toBe('refused');
    child.kill('SIGKILL');
    lock?.release();
  });

  it('throws where the path cannot be a lock', async () => {
    writeFileSync(join(folder, 'text'), 'not a database, and longer than a header needs to be'.repeat(40));
    await expect(takeLock(join(folder, 'text'))).rejects.toThrow(/not a database/);
  });
});
