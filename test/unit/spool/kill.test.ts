import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { takeLock } from '../../../collector/spool/lock.ts';
import { listSegments } from '../../../collector/spool/reader.ts';
import { freshFolder, readAll } from './kit.ts';
import { answerOf, askOf, isLeftOpen } from './spool-calls.ts';

const CHILD = new URL('./child-writer.ts', import.meta.url).pathname;

/** Lets a child write until it has said `lines` lines, kills it, and gives what it had said. */
async function writeAndKill(folder: string, lines: number) {
  const child = spawn(process.execPath, [CHILD, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const done = new Set<number>();
  const left = new Set<number>();
  let own = '';
  let said = 0;
  const reader = createInterface(child.stdout);
  reader.on('line', (line) => {
    const [kind, what = ''] = line.split(' ');
    if (kind === 'w') own = what;
    else if (kind === 'a') done.add(Number(what));
    else if (kind === 'o') left.add(Number(what));
    if (++said === lines) child.kill('SIGKILL');
  });
  // what was in the pipe when it died was said too
  await Promise.all([once(child, 'exit'), once(reader, 'close')]);
  return { folder: own, done, left };
}

it.each([2, 40, 333, 1500, 4000])(
  'a writer killed after %i lines leaves every acknowledged call once, and no finished one interrupted',
  async (lines) => {
    const jitter = Math.floor(Math.random() * 50);
    const { folder, done, left } = await writeAndKill(freshFolder(), lines + jitter);
    const lock = await takeLock(`${folder}/lock`);
    expect(lock, 'the lock fell with its holder').toBeDefined();
    const { reader, batches, calls } = readAll(folder);
    const finished = calls.map(({ seq }) => seq);
    expect(new Set(finished).size, 'none twice').toBe(finished.length);
    expect([...done].filter((seq) => !finished.includes(seq))).toEqual([]);
    for (const { seq, request, response, close } of calls) {
      expect(close?.truncated).toBe(false);
      expect(request.equals(askOf(seq)), `request ${seq}`).toBe(true);
      expect(Buffer.concat(response).equals(answerOf(seq)), `response ${seq}`).toBe(true);
    }
    for (const batch of batches) reader.acknowledge(batch);
    const rest = reader.takeInterrupted(batches.at(-1)?.n ?? 0, 0).calls;
    const interrupted = rest.map(({ seq }) => seq);
    expect(new Set(interrupted).size).toBe(interrupted.length);
    expect(interrupted.filter((seq) => finished.includes(seq))).toEqual([]);
    // what was opened before a call that was acknowledged is on disk for sure
    const sure = [...left].filter((seq) => seq < Math.max(0, ...done));
    expect(sure.filter((seq) => !interrupted.includes(seq))).toEqual([]);
    expect(finished.filter(isLeftOpen)).toEqual([]);
    for (const { seq, request, response } of rest) {
      expect(request.equals(askOf(seq))).toBe(true);
      const got = Buffer.concat(response);
      expect(answerOf(seq).subarray(0, got.length).equals(got)).toBe(true);
    }
    lock?.release();
  },
);

it('the killed writer’s folder is empty once all of it is acknowledged', async () => {
  const { folder } = await writeAndKill(freshFolder(), 500);
  const { reader, batches } = readAll(folder);
  expect(batches.length).toBeGreaterThan(1);
  for (const batch of batches) reader.acknowledge(batch);
  expect(listSegments(folder).length, 'calls left open hold theirs').toBeGreaterThan(0);
  reader.acknowledge(reader.takeInterrupted(batches.at(-1)?.n ?? 0, 0));
  expect(listSegments(folder)).toEqual([]);
});
