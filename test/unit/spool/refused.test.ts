/** A disk that refuses to write: the limit on the size of a process's files gives a short write, then EFBIG. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { waitUntil } from '../../kit/wait.ts';
import { freshFolder, readAll } from './kit.ts';

const CHILD = new URL('./child-refused.ts', import.meta.url).pathname;

type State = { lost: Record<string, number>; canAccept: boolean; trouble: string[] };

/** A child whose files may have `kib` KiB each; `command` gives its answer. */
async function startChild(kib: number | 'unlimited') {
  const folder = freshFolder();
  const script = `ulimit -S -f ${kib}; exec "$0" "$1" "$2"`;
  const child = spawn('bash', ['-c', script, process.execPath, CHILD, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the child is gone');
    return JSON.parse(value) as unknown;
  };
  const { folder: own, pid } = (await next()) as { folder: string; pid: number };
  return {
    folder: own,
    async command<T>(line: string): Promise<T> {
      child.stdin.write(`${line}\n`);
      return ((await next()) as { answer: T }).answer;
    },
    /** Bytes that each of its files may have from now on. */
    limit: (bytes: number | 'unlimited') =>
      void execFileSync('prlimit', [`--fsize=${bytes}:`, '--pid', String(pid)]),
    async end(): Promise<void> {
      child.stdin.end();
      const [code] = (await once(child, 'exit')) as [number];
      expect(code).toBe(0);
    },
  };
}

it('loses new calls, counted, while the end of a call on disk is written as soon as that works', async () => {
  const { folder, command, end } = await startChild(16);
  const early = await command<number>('open 100');
  await command('settle');
  // Its OPEN alone is more than the file may hold, whether it is written with the CLOSE or before it.
  const lost = await command<number>('open 65536');
  expect(await command(`close ${lost} 10`)).toBe('done');
  const state = await command<State>('state');
  expect(state).toMatchObject({ lost: { spool_error: 1 }, canAccept: false });
  expect(state.trouble.join('\n')).toMatch(/cannot write.*(?:short write|EFBIG)/s);
  // in the second of rest: done at once, the CLOSE itself is owed
  expect(await command(`close ${early} 50`)).toBe('done');
  const refused = await command<number>('open 10');
  expect(await command(`close ${refused}`)).toBe('done');
  expect((await command<State>('state')).lost).toEqual({ spool_error: 2 });

  await waitUntil('the disk to take it', async () => (await command<State>('state')).canAccept);
  const late = await command<number>('open 10');
  expect(await command(`close ${late} 10`)).toBe('done');
  await command('stop');
  await end();
  const { reader, batches, calls } = readAll(folder);
  expect(calls.map(({ seq, close }) => [seq, close?.outcome, close?.truncated])).toEqual([
    [early, 'ok', true],
    [late, 'ok', false],
  ]);
  expect(calls[0]?.request).toHaveLength(100);
  for (const batch of batches) reader.acknowledge(batch);
  expect(reader.takeInterrupted(9, 0).calls).toEqual([]);
});

it('a disk that takes nothing for long: every done is called, the process lives, no files pile up', async () => {
  const { folder, command, limit, end } = await startChild('unlimited');
  const [first, second] = [await command<number>('open 100'), await command<number>('open 100')];
  await command('settle');
  limit(0);
  let failures = 0;
  for (let i = 0; i < 3; i++) {
    const seq = await command<number>('open 10');
    await command(`chunk ${first} 5000`);
    expect(await command(`close ${seq} 10`)).toBe('done');
    expect((await command<State>('state')).lost).toEqual({ spool_error: ++failures });
    await waitUntil('the next attempt', async () => (await command<State>('state')).canAccept);
  }
  expect(readdirSync(folder).filter((name) => name.endsWith('.seg'))).toEqual(['0000000001.seg']);
  expect(await command(`close ${first} 10`)).toBe('done');

  limit('unlimited');
  // without being asked again
  await waitUntil('what is owed to be written', () => readAll(folder).calls.length > 0);
  await command('stop');
  await end();
  const { reader, batches, calls } = readAll(folder);
  expect(calls).toMatchObject([{ seq: first, close: { outcome: 'ok', truncated: true } }]);
  for (const batch of batches) reader.acknowledge(batch);
  expect(reader.takeInterrupted(9, 0).calls.map(({ seq }) => seq)).toEqual([second]);
});

it('a call whose CLOSE could never be written is reported as interrupted by who adopts it', async () => {
  const { folder, command, limit, end } = await startChild('unlimited');
  const seq = await command<number>('open 100');
  await command('settle');
  limit(0);
  expect(await command(`close ${seq} 10`)).toBe('done');
  await command('stop');
  await end();
  const { reader, batches, calls } = readAll(folder);
  expect(calls).toEqual([]);
  for (const batch of batches) reader.acknowledge(batch);
  expect(reader.takeInterrupted(9, 0).calls).toMatchObject([{ seq, close: undefined }]);
});
