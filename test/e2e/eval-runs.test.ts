/** Runs as an app drives them: the stock SDK, the whole product, and a model whose answers are scripted. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { chatAnswer, CUSTOM as custom, EQUAL as equal, waitForRun } from '../kit/evals.ts';
import { startUpstream, type Upstream } from '../upstream/upstream.ts';

let sekisho: Booted;
let upstream: Upstream;
let client: OpenAI;

beforeAll(async () => {
  upstream = await startUpstream();
  sekisho = await bootSekisho({ upstream: upstream.url });
  client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
});
afterAll(async () => {
  await sekisho.stop();
  await upstream.stop();
});

describe('a run', () => {
  const content = [
    { item: { question: 'Capital of Japan?', answer: 'Tokyo' } },
    { item: { question: 'Capital of France?', answer: 'Paris' } },
    { item: { question: 'Capital of Peru?', answer: 'Lima' } },
  ];

  it('asks, judges and counts; its items are listed, filtered and paged', async () => {
    upstream.script({ contains: 'Capital of Japan' }, { body: chatAnswer('It is Tokyo.') });
    upstream.script({ contains: 'Capital of France' }, { body: chatAnswer('Lyon!') });
    upstream.script({ contains: 'Capital of Peru' }, { body: chatAnswer('Lima') });
    upstream.script({ model: 'judge-1' }, { body: chatAnswer('{"reasoning":"short enough","score":8}') });
    const { id } = await client.evals.create({
      name: 'asked',
      data_source_config: custom,
      testing_criteria: [
        equal,
        {
          type: 'score_model',
          name: 'brevity',
          model: 'judge-1',
          range: [1, 10],
          pass_threshold: 7,
          input: [{ role: 'user', content: 'How brief is this? {{sample.output_text}}' }],
        },
      ],
    });
    const begun = await client.evals.runs.create(id, {
      name: 'first',
      data_source: {
        type: 'completions',
        model: 'gpt-4o-mini',
        source: { type: 'file_content', content },
        input_messages: {
          type: 'template',
          template: [
            { role: 'developer', content: 'Answer with a city.' },
            { role: 'user', content: '{{item.question}}' },
          ],
        },
        sampling_params: { temperature: 0 },
      },
    });
    expect(begun).toMatchObject({ object: 'eval.run', status: 'queued', model: 'gpt-4o-mini', eval_id: id });
    const run = await waitForRun(client, id, begun.id);
    expect(run).toMatchObject({
      status: 'completed',
      error: null,
      result_counts: { total: 3, passed: 2, failed: 1, errored: 0 },
      per_testing_criteria_results: [
        { testing_criteria: 'equal', passed: 2, failed: 1 },
        { testing_criteria: 'brevity', passed: 3, failed: 0, mean_score: 8 },
      ],
      per_model_usage: [{ invocation_count: 3 }],
    });
    expect(run.data_source).toMatchObject({ source: { type: 'file_content', content } });
    expect(run.report_url).toContain(`/evals/${id}/runs/${run.id}`);

    const items = [];
    for await (const item of client.evals.runs.outputItems.list(run.id, { eval_id: id, limit: 2 }))
      items.push(item);
    expect(items.map(({ datasource_item_id, status }) => [datasource_item_id, status])).toEqual([
      [0, 'pass'],
      [1, 'fail'],
      [2, 'pass'],
    ]);
    expect(items[0]).toMatchObject({
      datasource_item: content[0]?.item,
      sample: {
        input: [
          { role: 'developer', content: 'Answer with a city.' },
          { role: 'user', content: 'Capital of Japan?' },
        ],
        output: [{ role: 'assistant', content: 'It is Tokyo.' }],
        finish_reason: 'stop',
      },
      results: [
        { name: 'equal', score: 1, passed: true },
        { name: 'brevity', score: 8, passed: true, reason: 'short enough' },
      ],
    });
    const failed = await client.evals.runs.outputItems.list(run.id, { eval_id: id, status: 'fail' });
    expect(failed.data.map((item) => item.datasource_item_id)).toEqual([1]);
    const first = items[0];
    if (!first) throw new Error('no item');
    const one = await client.evals.runs.outputItems.retrieve(first.id, { eval_id: id, run_id: run.id });
    expect(one).toEqual(first);
    const listed = await client.evals.runs.list(id, { status: 'completed' });
    expect(listed.data.map((each) => each.id)).toEqual([run.id]);

    // What was asked and judged is captured, and the answers carry the scores.
    await sekisho.flush();
    const scores = await sekisho.query<{ name: string; value: number; answer: string }>(
      `SELECT c.name AS name, c.value AS value, s.output_preview AS answer FROM scores AS c
       INNER JOIN spans AS s ON s.trace_id = c.trace_id AND s.span_id = c.span_id
       WHERE c.run_id = {run:String} ORDER BY name, answer`,
      { run: run.id },
    );
    expect(scores.map(({ name, value, answer }) => `${name} ${value} ${answer}`)).toEqual([
      'asked/brevity 8 It is Tokyo.',
      'asked/brevity 8 Lima',
      'asked/brevity 8 Lyon!',
      'asked/equal 1 It is Tokyo.',
      'asked/equal 1 Lima',
      'asked/equal 0 Lyon!',
    ]);
    const tags = await sekisho.query(
      `SELECT count() AS calls, arrayJoin(tags) AS tag FROM spans WHERE tag LIKE 'sekisho:%' GROUP BY tag ORDER BY tag`,
    );
    expect(tags).toEqual([
      { calls: 3, tag: 'sekisho:judge' },
      { calls: 3, tag: 'sekisho:sample' },
    ]);

    expect(await client.evals.runs.delete(run.id, { eval_id: id })).toMatchObject({
      deleted: true,
      run_id: run.id,
    });
    await expect(client.evals.runs.retrieve(run.id, { eval_id: id })).rejects.toMatchObject({ status: 404 });
  });

  it('keeps a long list of items on disk, and gives it back', async () => {
    const long = Array.from({ length: 400 }, (_, i) => ({
      item: { question: `${i} ${'x'.repeat(400)}`, answer: `a${i}` },
      sample: { output_text: i % 4 === 0 ? `A${i}` : 'no' },
    }));
    const { id } = await client.evals.create({ data_source_config: custom, testing_criteria: [equal] });
    const data_source = { type: 'jsonl', source: { type: 'file_content', content: long } } as const;
    const begun = await client.evals.runs.create(id, { data_source });
    const run = await waitForRun(client, id, begun.id);
    expect(run.result_counts).toEqual({ total: 400, passed: 100, failed: 300, errored: 0 });
    expect(run.data_source).toEqual(data_source);
    const revisions = await sekisho.query<{ bytes: string }>(
      `SELECT length(body) AS bytes FROM registry_log WHERE id = {run:String}`,
      { run: run.id },
    );
    expect(revisions.every(({ bytes }) => Number(bytes) < 2_000)).toBe(true);
    const wanted = { baseline: run.id, candidate: run.id };
    await expect(client.get(`/evals/${id}/comparison`, { query: wanted })).rejects.toMatchObject({
      status: 400,
    });
  });

  it('ends failed, with the reason, when every item failed for it', async () => {
    upstream.script(
      { model: 'no-such-model' },
      {
        status: 404,
        body: {
          error: {
            message: 'The model `no-such-model` does not exist',
            type: 'invalid_request_error',
            param: null,
            code: 'model_not_found',
          },
        },
      },
    );
    const { id } = await client.evals.create({ data_source_config: custom, testing_criteria: [equal] });
    const begun = await client.evals.runs.create(id, {
      data_source: {
        type: 'responses',
        model: 'no-such-model',
        source: { type: 'file_content', content },
        input_messages: { type: 'template', template: [{ role: 'user', content: '{{item.question}}' }] },
      },
    });
    const run = await waitForRun(client, id, begun.id);
    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'every_item_failed', message: expect.stringContaining('does not exist') as string },
      result_counts: { total: 3, errored: 3 },
    });
    const items = await client.evals.runs.outputItems.list(run.id, { eval_id: id });
    expect(items.data.map(({ status }) => status)).toEqual(['error', 'error', 'error']);
  });

  it('is cancelled either way, and stays so', async () => {
    upstream.script({ contains: 'slowly' }, { hang: 'head' });
    const { id } = await client.evals.create({ data_source_config: custom, testing_criteria: [equal] });
    const begin = () =>
      client.evals.runs.create(id, {
        data_source: {
          type: 'completions',
          model: 'gpt-4o-mini',
          source: { type: 'file_content', content: [{ item: { question: 'slowly', answer: '' } }] },
          input_messages: { type: 'item_reference', item_reference: 'item.question' },
        },
      });
    const before = upstream.requests.length;
    const [one, two] = [await begin(), await begin()];
    await upstream.arrived(before + 2);
    expect((await client.evals.runs.cancel(one.id, { eval_id: id })).status).toBe('canceled');
    expect(await client.post(`/evals/${id}/runs/${two.id}`)).toMatchObject({ status: 'canceled' });
    expect((await client.evals.runs.cancel(one.id, { eval_id: id })).status).toBe('canceled');
    // Their places are free again.
    const next = await client.evals.runs.create(id, {
      data_source: {
        type: 'jsonl',
        source: {
          type: 'file_content',
          content: [{ item: { question: 'q', answer: 'a' }, sample: { output_text: 'A' } }],
        },
      },
    });
    expect((await waitForRun(client, id, next.id)).status).toBe('completed');
  });
});
