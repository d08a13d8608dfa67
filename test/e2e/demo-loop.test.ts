/** What `npm run demo` leaves behind besides calls: all of it there, finished, and there once when it is run twice. */
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { startDemo } from '../kit/demo.ts';
import { getExport, parseLines, readSplit } from '../kit/exports.ts';
import { waitUntil } from '../kit/wait.ts';

const MS = 240_000;
const QUESTIONS = 12;
const STEPS = [
  /prompt +support-answer, 3 versions \(production = 2, staging = 3\)/,
  /source +Aoba-do help pages, 4 of 4 files can be searched/,
  /calls +12 of 12 questions answered through the prompt/,
  /searches +4 of 4 answered from the help pages, with [1-9]\d* citations/,
  /feedback +5 thumbs up, 3 down, 3 corrections/,
  /dataset +Support questions, 12 items/,
  /evaluation +version 2: [1-9]\d* of 12 passed/,
  /evaluation +version 3: \d+ of 12 passed/,
  /comparison +version 3 against version 2: names the shop: better, helpful: /,
  /export +\d+ lines of training data, 3 corrected, [1-9]\d* secrets masked/,
  /See it all at http/,
];

let sekisho: Booted;
let client: OpenAI;

beforeAll(async () => {
  sekisho = await bootSekisho();
  client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
});
afterAll(() => sekisho.stop());

const runDemo = async (): Promise<string> => {
  const run = startDemo(sekisho, ['--calls', '5'], {}, MS);
  expect(await run.ended, run.said()).toBe(0);
  return run.said();
};

type Listed = { data: { id: string; name: string }[] };
const countObjects = async (): Promise<Record<string, number>> => {
  const kinds = ['prompts', 'vector_stores', 'files', 'datasets', 'evals', 'exports'];
  const lists = await Promise.all(kinds.map((kind) => client.get<Listed>(`/${kind}?limit=100`)));
  return Object.fromEntries(kinds.map((kind, i) => [kind, lists[i]?.data.length ?? 0]));
};

it(
  'leaves a prompt, a source, feedback, a dataset, an evaluation and an export',
  { timeout: MS },
  async () => {
    const said = await runDemo();
    for (const step of STEPS) expect(said).toMatch(step);
    expect(await countObjects()).toEqual({
      prompts: 1,
      vector_stores: 1,
      // Four pages, and the two files of the export.
      files: 6,
      datasets: 1,
      evals: 1,
      exports: 1,
    });
    const exports = await client.get<Listed>('/exports');
    const done = await getExport(client, exports.data[0]?.id ?? '');
    const texts = await Promise.all([readSplit(client, done), readSplit(client, done, 'validation')]);
    const lines = texts.flatMap(parseLines);
    expect(lines).toHaveLength(done.counts?.lines ?? 0);
    expect(texts.join('')).toContain('商品到着後30日以内でしたら返品を承ります');
    expect(texts.join('')).not.toContain('farid@example.com');

    await sekisho.flush();
    const [found] = await sekisho.query<Record<string, number>>(
      `SELECT countIf(prompt_name = 'support-answer' AND NOT has(tags, 'sekisho:sample')) AS asked,
      countIf(has(tags, 'sekisho:sample')) AS samples, countIf(has(tags, 'sekisho:judge')) AS judged,
      countIf(span_type = 'retrieval' AND trace_id IN (SELECT trace_id FROM spans WHERE has(tags, 'file_search'))) AS searched
     FROM spans`,
    );
    expect(found).toMatchObject({ asked: QUESTIONS, samples: 2 * QUESTIONS, judged: 2 * QUESTIONS });
    expect(found?.['searched']).toBeGreaterThanOrEqual(4);
  },
);

it('finds what it has made when it is run again', { timeout: MS }, async () => {
  const before = await countObjects();
  const said = await runDemo();
  for (const step of STEPS) expect(said).toMatch(step);
  expect(said.match(/, was there$/gm)).toHaveLength(4);
  expect(await countObjects()).toEqual(before);
  const [evaluation] = (await client.get<Listed>('/evals')).data;
  const runs = await client.get<Listed>(`/evals/${evaluation?.id}/runs`);
  expect(runs.data.map(({ name }) => name).toSorted()).toEqual(['version 2', 'version 3']);
});

it('stops where it is told to, and the next run goes on from there', { timeout: MS }, async () => {
  const [evaluation] = (await client.get<Listed>('/evals')).data;
  await client.evals.delete(evaluation?.id ?? '');
  const run = startDemo(sekisho, ['--calls', '1'], {}, MS);
  await waitUntil('the new evaluation', async () => (await client.get<Listed>('/evals')).data.length > 0, MS);
  run.interrupt();
  expect(await run.ended, run.said()).toBe(130);
  expect(run.said()).toMatch(/Stopped\. What there is is at http/);
  expect(await runDemo()).toMatch(/comparison +version 3 against version 2/);
  expect((await client.get<Listed>('/evals')).data).toHaveLength(1);
});
