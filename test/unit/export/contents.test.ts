/** What is left of the contents of files when a process was killed at the wrong moment. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFileContents } from '../../../evals/files/contents.ts';
import { createSink } from '../../../evals/export/sink.ts';

const HOURS_AGO = new Date(Date.now() - 7_200_000);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sekisho-contents-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const list = (): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
const age = (name: string): void => utimesSync(join(folder, name), HOURS_AGO, HOURS_AGO);
const placeOf = (sha256: string): string => join('p1', sha256.slice(0, 2), sha256);

it('sweeps what is old and nobody’s, and nothing else', async () => {
  const contents = createFileContents(folder);
  const write = async (text: string) => placeOf((await contents.write('p1', [text] as never, 100)).sha256);
  const [held, orphan, young] = [await write('held'), await write('orphan'), await write('young')];
  mkdirSync(join(folder, 'parts'), { recursive: true });
  writeFileSync(join(folder, 'parts', 'half'), 'h');
  for (const name of [held, orphan, 'parts/half']) age(name);
  await contents.sweep((project_id, sha256) => placeOf(sha256) === held && project_id === 'p1');
  expect(list().toSorted()).toEqual([held, young].toSorted());
});

it('keeps nothing of a file that was given up while it was written', async () => {
  const sink = createSink(createFileContents(folder), 'p1', 'header\n');
  for (let i = 0; i < 5_000; i++) await sink.write(`${'x'.repeat(100)}\n`);
  await sink.drop();
  expect(list()).toEqual([]);
});

it('holds no more of a file than its buffers, however slow the disk', async () => {
  const contents = createFileContents(folder);
  let taken = 0;
  let release = (): void => {};
  const slow: typeof contents = {
    ...contents,
    async write(_project, source) {
      await new Promise<void>((resolve) => (release = resolve));
      for await (const piece of source) taken += piece.length;
      return { sha256: '0'.repeat(64), bytes: taken };
    },
  };
  const sink = createSink(slow, 'p1', '');
  const line = `${'x'.repeat(1_023)}\n`;
  let written = 0;
  const writing = (async () => {
    for (; written < 2_000; written++) await sink.write(line);
  })();
  // All that can go on without the disk has gone on once the loop of events is idle.
  for (let turn = 0; turn < 1_000; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(written).toBeLessThan(600);
  release();
  await writing;
  expect(await sink.finish()).toEqual({ sha256: '0'.repeat(64), bytes: 2_048_000, lines: 2_000 });
});

it('says when the disk does not take it', async () => {
  const contents = createFileContents(folder);
  const full = { ...contents, write: async () => Promise.reject(new Error('ENOSPC')) };
  const sink = createSink(full, 'p1', '');
  const write = async (): Promise<void> => {
    for (let i = 0; i < 100_000; i++) await sink.write(`${'x'.repeat(1_000)}\n`);
  };
  await expect(write()).rejects.toThrow('ENOSPC');
  await expect(sink.finish()).rejects.toThrow('ENOSPC');
});
