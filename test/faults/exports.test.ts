/** An export through kills: its files are whole, each call is in them once, and nothing else is left behind. */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExportObject } from '../../console/contract/exports.ts';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { createExport, exportAll, getExport, parseLines, readSplit, waitForExport } from '../kit/exports.ts';
import { storeManyCalls } from '../kit/many-calls.ts';
import { waitUntil } from '../kit/wait.ts';

const CALLS = 20_000;
const BYTES = 1_000;
const BODY = {
  format: 'openai_sft' as const,
  source: { type: 'calls', filter: { tag: ['many'] } },
  options: { validation_share: 0.2 },
};
const LONG_MS = 180_000;

let sekisho: Booted;
let client: OpenAI;

beforeAll(async () => {
  sekisho = await bootSekisho();
  client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 8 });
  await storeManyCalls(sekisho, CALLS, BYTES);
}, LONG_MS);
afterAll(() => sekisho.stop());

const list = (folder: string): string[] => {
  const path = join(sekisho.dataDir, 'files', folder);
  return (readdirSync(path, { recursive: true }) as string[])
    .map((name) => join(path, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
};
const partBytes = (): number =>
  list('parts').reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);

async function begin(name: string): Promise<{ id: string; written: (bytes: number) => Promise<unknown> }> {
  const { id } = await createExport(client, { ...BODY, name });
  const before = partBytes();
  const written = (bytes: number) =>
    waitUntil(`${bytes} bytes of it`, () => partBytes() - before >= bytes, LONG_MS);
  return { id, written };
}

async function hashesOf(done: ExportObject): Promise<string[]> {
  const texts = [await readSplit(client, done), await readSplit(client, done, 'validation')];
  return texts.map((text) => createHash('sha256').update(text).digest('hex'));
}

test(
  `${CALLS} calls, killed twice in the middle: as if nothing had happened`,
  { timeout: 2 * LONG_MS },
  async () => {
    const undisturbed = await exportAll(client, { ...BODY, name: 'undisturbed' });
    const { id, written } = await begin('killed');
    for (const bytes of [2_000_000, 12_000_000]) {
      await written(bytes);
      const oldPid = sekisho.pids().evals;
      await sekisho.kill('evals');
      expect(['queued', 'in_progress']).toContain(
        await sekisho.back('console', oldPid).then(() => statusOf(id)),
      );
    }
    const done = await waitForExport(client, id, LONG_MS);
    expect(done).toMatchObject({ status: 'completed', counts: { read: CALLS, lines: CALLS } });
    expect(await hashesOf(done)).toEqual(await hashesOf(undisturbed));

    const texts = [await readSplit(client, done), await readSplit(client, done, 'validation')];
    const answers = texts
      .flatMap(parseLines)
      .map((line) => JSON.stringify(line).match(/"answer (\d+)"/)?.[1]);
    expect(answers).toHaveLength(CALLS);
    expect(new Set(answers).size).toBe(CALLS);
    // One file of each split for each export, and no content that is none of theirs.
    const files = await client.files.list({ purpose: 'fine-tune' });
    expect(files.data.map(({ filename }) => filename).toSorted()).toEqual([
      'killed-train.jsonl',
      'killed-validation.jsonl',
      'undisturbed-train.jsonl',
      'undisturbed-validation.jsonl',
    ]);
    const contents = list('.').filter((file) => !file.includes('/parts/'));
    expect(contents.map((file) => file.split('/').at(-1)).toSorted()).toEqual(
      (await hashesOf(done)).toSorted(),
    );
  },
);

const statusOf = async (id: string): Promise<string> => (await getExport(client, id)).status;

test('cancelled in the middle: nothing of it is left', { timeout: LONG_MS }, async () => {
  const files = (await client.files.list()).data.length;
  const parts = list('parts').length;
  const { id, written } = await begin('cancelled');
  await written(1_000_000);
  expect(await client.post(`/exports/${id}/cancel`)).toMatchObject({ status: 'canceled', files: [] });
  await waitUntil('its parts to go', () => list('parts').length === parts);
  expect((await client.files.list()).data).toHaveLength(files);
  expect(await statusOf(id)).toBe('canceled');
});

test('deleted in the middle: nothing of it is left', { timeout: LONG_MS }, async () => {
  const files = (await client.files.list()).data.length;
  const parts = list('parts').length;
  const { id, written } = await begin('deleted');
  await written(1_000_000);
  await client.delete(`/exports/${id}`);
  await waitUntil('its parts to go', () => list('parts').length === parts);
  expect((await client.files.list()).data).toHaveLength(files);
});

test('a database killed in the middle is waited for', { timeout: LONG_MS }, async () => {
  const { id, written } = await begin('database');
  await written(1_000_000);
  const oldPid = sekisho.pids().clickhouse;
  await sekisho.kill('clickhouse');
  await sekisho.back('clickhouse', oldPid);
  expect((await waitForExport(client, id, LONG_MS)).counts).toMatchObject({ read: CALLS, lines: CALLS });
});
