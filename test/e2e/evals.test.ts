/** Evaluations as an app runs them: the stock SDK, the whole product, and a judge whose answers are scripted. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { chatAnswer, CUSTOM as custom, EQUAL as equal, ITEM_SCHEMA } from '../kit/evals.ts';
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

describe('an evaluation', () => {
  it('is made, listed, changed and deleted in the shapes of OpenAI', async () => {
    const made = await client.evals.create({
      name: 'capitals',
      metadata: { team: 'qa' },
      data_source_config: custom,
      testing_criteria: [equal],
    });
    expect(made).toMatchObject({
      object: 'eval',
      name: 'capitals',
      metadata: { team: 'qa' },
      data_source_config: { type: 'custom', schema: { properties: { item: ITEM_SCHEMA } } },
      testing_criteria: [equal],
    });
    expect(await client.evals.retrieve(made.id)).toEqual(made);
    const listed = [];
    for await (const each of client.evals.list({ limit: 1 })) listed.push(each.id);
    expect(listed).toContain(made.id);
    expect((await client.evals.update(made.id, { name: 'cities' })).name).toBe('cities');
    expect(await client.evals.delete(made.id)).toMatchObject({ deleted: true, eval_id: made.id });
    await expect(client.evals.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  });

  it.each([
    [{ ...equal, reference: '{{ item.anser }}' }, /testing_criteria\.0 \(equal\).*item\.anser/],
    [{ ...equal, input: '{{ question }}' }, /testing_criteria\.0 \(equal\).*question/],
    [{ ...equal, operation: 'matches' }, /testing_criteria\.0\.operation/],
    [{ ...equal, type: 'python' }, /testing_criteria\.0\.type: use string_check/],
    [
      {
        type: 'label_model',
        name: 'l',
        model: 'm',
        labels: ['a', 'b'],
        passing_labels: ['c'],
        input: [{ role: 'user', content: 'x' }],
      },
      /"c" is none of the labels/,
    ],
    [
      { type: 'score_model', name: 's', model: 'm', range: [1, 1], input: [{ role: 'user', content: 'x' }] },
      /range/,
    ],
  ])('says which criterion is wrong: %j', async (criterion, message) => {
    const wrong = client.evals.create({ data_source_config: custom, testing_criteria: [criterion as never] });
    await expect(wrong).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('a grader by itself', () => {
  it('is tried on one item, and says how it failed', async () => {
    upstream.script({ model: 'judge-2' }, { body: chatAnswer('{"reasoning":"kind","score":0.75}') });
    const grader: OpenAI.Graders.ScoreModelGrader = {
      type: 'score_model',
      name: 'kind',
      model: 'judge-2',
      input: [{ role: 'user', content: 'Is it kind? {{sample.output_text}} {{item.hint}}' }],
    };
    const { graders } = client.fineTuning.alpha;
    const tried = await graders.run({ grader, model_sample: 'hello', item: { hint: 'h' } });
    expect(tried).toMatchObject({
      reward: 0.75,
      metadata: { name: 'kind', type: 'score_model', sampled_model_name: 'judge-2' },
    });
    const missing = await graders.run({ grader, model_sample: 'hello', item: {} });
    expect(missing).toMatchObject({
      reward: 0,
      metadata: {
        errors: { invalid_variable_error: true, other_error: false },
        reason: 'There is no value for {{item.hint}}.',
      },
    });
    expect((await graders.validate({ grader })).grader).toMatchObject({ name: 'kind', range: [0, 1] });
  });
});
