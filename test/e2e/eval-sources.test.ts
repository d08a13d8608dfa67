/** Where a run's items come from: a file, a dataset, logged calls, a managed prompt over them; and runs compared. */
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { chatAnswer, waitForRun } from '../kit/evals.ts';
import { waitUntil } from '../kit/wait.ts';
import { startUpstream, type Upstream } from '../upstream/upstream.ts';

let sekisho: Booted;
let upstream: Upstream;
let client: OpenAI;
let eval_id: string;

const CITIES = ['Tokyo', 'Paris', 'Lima', 'Oslo', 'Rome', 'Cairo', 'Quito', 'Doha'];
const like = {
  type: 'string_check',
  name: 'polite',
  input: '{{sample.output_text}}',
  reference: 'please',
  operation: 'ilike',
} as const;

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.script({ contains: 'Be polite' }, { body: chatAnswer('Here you are, please.') });
  sekisho = await bootSekisho({ upstream: upstream.url });
  client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
  for (const [i, city] of CITIES.entries()) {
    const options = { headers: { 'x-session-id': 'logged' } };
    const metadata = { even: String(i % 2 === 0) };
    const messages = [{ role: 'user' as const, content: `Tell me of ${city}${i < 3 ? ', please' : ''}` }];
    await client.chat.completions.create(
      { model: 'gpt-4o-mini', messages, metadata, user: `u${i % 2}` },
      options,
    );
  }
  await client.responses.create({
    model: 'gpt-4o',
    input: 'Respond, please',
    instructions: 'Be brief.',
    user: 'u9',
  });
  await sekisho.flush();
  const made = await client.evals.create({
    name: 'logs',
    data_source_config: { type: 'logs' },
    testing_criteria: [like],
  });
  eval_id = made.id;
});
afterAll(async () => {
  await sekisho.stop();
  await upstream.stop();
});

async function run(data_source: unknown, of = eval_id) {
  const begun = await client.evals.runs.create(of, { data_source: data_source as never });
  return waitForRun(client, of, begun.id);
}
const itemsOf = async (run_id: string, of = eval_id) =>
  (await client.evals.runs.outputItems.list(run_id, { eval_id: of, limit: 100 })).data;
const calls = (source: object) => ({
  type: 'jsonl',
  source: { type: 'calls', filter: { session_id: 'logged' }, ...source },
});

describe('logged calls', () => {
  it('are judged as they were answered, newest first, and carry the scores', async () => {
    const done = await run(calls({}));
    expect(done).toMatchObject({
      status: 'completed',
      result_counts: { total: 8, passed: 3, failed: 5, errored: 0 },
    });
    const items = await itemsOf(done.id);
    const inputs = items.map(({ datasource_item }) => (datasource_item as { input: string }).input);
    expect(inputs).toEqual(
      CITIES.map((city, i) => `Tell me of ${city}${i < 3 ? ', please' : ''}`).toReversed(),
    );
    const scored = await sekisho.query<{ session_id: string; n: number }>(
      `SELECT s.session_id AS session_id, count() AS n FROM scores AS c INNER JOIN spans AS s
       ON s.trace_id = c.trace_id AND s.span_id = c.span_id WHERE c.run_id = {run:String} GROUP BY session_id`,
      { run: done.id },
    );
    expect(scored).toEqual([{ session_id: 'logged', n: 8 }]);
  });

  it('are chosen by OpenAI’s words too', async () => {
    const stored = { type: 'stored_completions', metadata: { even: 'true' }, model: 'gpt-4o-mini' };
    const even = await run({ type: 'jsonl', source: stored });
    expect(even.result_counts).toMatchObject({ total: 4 });
    const some = await run({ type: 'jsonl', source: { ...stored, limit: 1 } });
    expect(some.result_counts).toMatchObject({ total: 1 });
    const responses = { type: 'responses', users: ['u9'], instructions_search: 'brief' };
    expect((await run({ type: 'jsonl', source: responses })).result_counts).toMatchObject({
      total: 1,
      passed: 1,
    });
    const none = await run({ type: 'jsonl', source: { ...responses, created_before: 1_000 } });
    expect(none).toMatchObject({ status: 'failed', error: { code: 'no_items' } });
  });

  it('are asked again, with another model', async () => {
    upstream.script({ model: 'gpt-4o' }, { body: chatAnswer('please') });
    const again = await run({ ...calls({ limit: 2 }), type: 'completions', model: 'gpt-4o' });
    expect(again.result_counts).toMatchObject({ total: 2, passed: 2 });
    const [item] = await itemsOf(again.id);
    expect(item?.sample.input).toEqual([{ role: 'user', content: 'Tell me of Doha' }]);
  });

  it('need a filter that exists', async () => {
    const wrong = run(calls({ filter: { sesion_id: 'x' } }));
    await expect(wrong).rejects.toMatchObject({ status: 400, param: 'data_source.source.filter' });
  });
});

describe('a file', () => {
  const upload = (text: string) => toFile(Buffer.from(text), 'items.jsonl');

  it('is read line by line', async () => {
    const lines = [
      '{"item":{"q":1},"sample":{"output_text":"please"}}',
      '',
      '{"item":{"q":2},"sample":{"output_text":"no"}}',
    ];
    const file = await client.files.create({ file: await upload(lines.join('\r\n')), purpose: 'evals' });
    const done = await run({ type: 'jsonl', source: { type: 'file_id', id: file.id } });
    expect(done.result_counts).toMatchObject({ total: 2, passed: 1 });
  });

  it('with a bad line fails, and says which', async () => {
    const file = await client.files.create({
      file: await upload('{"item":{}}\n{"itm":{}}\n'),
      purpose: 'evals',
    });
    const done = await run({ type: 'jsonl', source: { type: 'file_id', id: file.id } });
    expect(done).toMatchObject({
      status: 'failed',
      error: { code: 'invalid_file', message: expect.stringContaining('items.jsonl, line 2') as string },
    });
    const nowhere = run({ type: 'jsonl', source: { type: 'file_id', id: 'file-0' } });
    await expect(nowhere).rejects.toMatchObject({ status: 404 });
  });
});

describe('a dataset', () => {
  it('is asked by two versions of a prompt, and the runs are compared item by item', async () => {
    const dataset = (await client.post('/datasets', { body: { name: 'cities' } })) as { id: string };
    const path = `/datasets/${dataset.id}/versions`;
    const source = { type: 'calls', filter: { session_id: 'logged' } };
    const version = (await client.post(path, { body: { source } })) as { version: number };
    await waitUntil('the version', async () => {
      const now = (await client.get(`${path}/${version.version}`)) as { status: string };
      return now.status === 'completed';
    });
    const text = (instruction: string) => [{ role: 'user', content: `${instruction} {{question}}` }];
    const prompt = (await client.post('/prompts', {
      body: { name: 'guide', model: 'gpt-4o-mini', messages: text('Be blunt.'), labels: ['production'] },
    })) as { id: string };
    await client.post(`/prompts/${prompt.id}/versions`, {
      body: { model: 'gpt-4o-mini', messages: text('Be polite.'), labels: ['next'] },
    });
    const generated = { type: 'completions', source: { type: 'dataset', dataset_id: dataset.id } };
    const variables = { question: '{{item.input}}' };
    const one = await run({ ...generated, prompt: { id: 'guide', version: '1', variables } });
    const two = await run({
      ...generated,
      model: 'prompt:guide@next',
      prompt: undefined,
      input_messages: undefined,
    });
    // Its variable is not a member of the items, and nobody said where else to take it from.
    expect(two).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('question') as string },
    });
    const three = await run({ ...generated, prompt: { id: 'guide', version: 'next', variables } });
    expect([one.result_counts.passed, three.result_counts.passed]).toEqual([3, 8]);
    expect(one.data_source).toMatchObject({ source: { version: 1 } });

    const query = { baseline: one.id, candidate: three.id };
    const comparison = (await client.get(`/evals/${eval_id}/comparison`, { query })) as Record<
      string,
      unknown
    >;
    expect(comparison).toMatchObject({
      pairs: 8,
      only_baseline: 0,
      only_candidate: 0,
      criteria: [
        {
          name: 'polite',
          n: 8,
          wins: 5,
          losses: 0,
          ties: 3,
          p_value: 2 / 32,
          interval_method: 'bootstrap',
          verdict: 'not_enough_data',
        },
      ],
    });
    const items = comparison['items'] as { change: string }[];
    expect(items.map(({ change }) => change)).toEqual([
      ...Array(5).fill('improved'),
      ...Array(3).fill('same'),
    ]);
  });
});
