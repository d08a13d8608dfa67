/** A run of an evaluation through kills: every item judged exactly once, every score on its call exactly once. */
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { chatAnswer, CUSTOM, EQUAL, waitForRun } from '../kit/evals.ts';
import { waitUntil } from '../kit/wait.ts';
import { startUpstream } from '../upstream/upstream.ts';

const ITEMS = 200;
const KILLS = 5;

const countResults = async (sekisho: Booted, run_id: string): Promise<number> => {
  const [row] = await sekisho.query<{ n: number }>(
    'SELECT count() AS n FROM eval_results WHERE run_id = {run_id:String}',
    { run_id },
  );
  return Number(row?.n ?? 0);
};

const toClient = (sekisho: Booted): OpenAI =>
  new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 8 });

async function killWhen(sekisho: Booted, run_id: string, done: number): Promise<number> {
  await waitUntil(`${done} results`, async () => (await countResults(sekisho, run_id)) >= done, 60_000);
  const oldPid = sekisho.pids().evals;
  await sekisho.kill('evals');
  await sekisho.back('console', oldPid);
  const back = performance.now();
  const before = await countResults(sekisho, run_id);
  await waitUntil('the run to go on', async () => (await countResults(sekisho, run_id)) > before, 60_000);
  return performance.now() - back;
}

async function expectOnce(sekisho: Booted, run_id: string, criteria: number): Promise<void> {
  const rows = await sekisho.query<{ position: number; n: number }>(
    `SELECT position, count() AS n FROM eval_results WHERE run_id = {run_id:String}
     GROUP BY position ORDER BY position`,
    { run_id },
  );
  expect(rows.map(({ position }) => position)).toEqual(Array.from({ length: ITEMS }, (_, i) => i));
  expect(rows.filter(({ n }) => Number(n) !== 1)).toEqual([]);
  const scores = await sekisho.query<{ n: number }>(
    `SELECT count() AS n FROM scores WHERE run_id = {run_id:String} GROUP BY trace_id, span_id, name`,
    { run_id },
  );
  expect(scores).toHaveLength(ITEMS * criteria);
  expect(scores.filter(({ n }) => Number(n) !== 1)).toEqual([]);
  // The call that a result names is the one whose answer was judged.
  const strays = await sekisho.query(
    `SELECT r.position FROM eval_results AS r LEFT ANTI JOIN scores AS c
       ON r.trace_id = c.trace_id AND r.span_id = c.span_id AND r.run_id = c.run_id
     WHERE r.run_id = {run_id:String}`,
    { run_id },
  );
  expect(strays).toEqual([]);
}

test(
  `${ITEMS} items asked and judged, ${KILLS} kills: each once, with its scores`,
  { timeout: 240_000 },
  async () => {
    const upstream = await startUpstream({ record: false });
    upstream.script({ model: 'judge' }, { delayMs: 20, body: chatAnswer('{"reasoning":"r","score":0.5}') });
    upstream.script({ model: 'asked' }, { delayMs: 20, body: chatAnswer('Tokyo') });
    const sekisho = await bootSekisho({ upstream: upstream.url });
    const client = toClient(sekisho);
    const judge = {
      type: 'score_model',
      name: 'judge',
      model: 'judge',
      input: [{ role: 'user', content: '{{sample.output_text}}' }],
    } satisfies OpenAI.Graders.ScoreModelGrader;
    const { id } = await client.evals.create({
      name: 'killed',
      data_source_config: CUSTOM,
      testing_criteria: [EQUAL, judge],
    });
    const content = Array.from({ length: ITEMS }, (_, i) => ({
      item: { question: `q${i}`, answer: 'Tokyo' },
    }));
    const run = await client.evals.runs.create(id, {
      data_source: {
        type: 'completions',
        model: 'asked',
        source: { type: 'file_content', content },
        input_messages: { type: 'item_reference', item_reference: 'item.question' },
      },
    });
    const resumed: number[] = [];
    for (let kill = 1; kill <= KILLS; kill++) {
      resumed.push(await killWhen(sekisho, run.id, (kill * ITEMS) / (KILLS + 2)));
    }
    const done = await waitForRun(client, id, run.id, 120_000);
    expect(done).toMatchObject({
      status: 'completed',
      result_counts: { total: ITEMS, passed: ITEMS, failed: 0, errored: 0 },
    });
    await expectOnce(sekisho, run.id, 2);
    console.log(
      `goes on ${resumed.map((ms) => `${Math.round(ms)} ms`).join(', ')} after its process is back`,
    );
    await sekisho.stop();
    await upstream.stop();
  },
);
