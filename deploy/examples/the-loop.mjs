/**
 * The whole loop with the stock `openai` package: a prompt goes live, calls are made, one answer is corrected, the calls
 * become a dataset, two versions are judged over it, the better one goes live, and the corrections become training
 * data. Nothing here knows Sekisho but the address:
 *
 *   OPENAI_BASE_URL=http://127.0.0.1:4000/v1 OPENAI_API_KEY=sk-sekisho-... node deploy/examples/the-loop.mjs
 *
 * MODEL names the model that answers and judges; else the first one of the provider's list is taken.
 */
import OpenAI from 'openai';

const QUESTIONS = [
  'How do I send something back?',
  'When does my parcel arrive?',
  'Can I pay by invoice?',
  'My lamp came broken. What now?',
  'Do you ship to Osaka?',
  '返品の送料は誰が払いますか。',
];
const CORRECTION = 'You can send it back within 30 days; we pay the postage.\n\nKind regards, the lamp shop';

const client = new OpenAI();
const run = `loop-${Date.now().toString(36)}`;
const say = (step, text) => process.stdout.write(`${step.padEnd(10)} ${text}\n`);

/** Asks again until `isDone`: jobs and captured calls take a moment. */
async function waitFor(what, ask, isDone, seconds = 180) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (isDone(answer)) return answer;
    if (Date.now() > end) throw new Error(`${what} took longer than ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

const isFinished = ({ status }) => !['queued', 'in_progress'].includes(status);
function expect(condition, what) {
  if (!condition) throw new Error(`expected ${what}`);
}

async function findModel() {
  if (process.env.MODEL) return process.env.MODEL;
  const { data } = await client.models.list();
  return data.find(({ id }) => !id.includes('embed'))?.id ?? 'gpt-5-mini';
}

/** 1. A prompt with a first version, live at once. */
async function publishFirst(model) {
  const prompt = await client.post('/prompts', {
    body: {
      name: run,
      model,
      messages: [{ role: 'user', content: '{{question}}' }],
      labels: ['production'],
      note: 'just the question',
    },
  });
  say('prompt', `${prompt.name} version 1 is in production (${prompt.id})`);
  return prompt;
}

/** 2. Apps call it: as a response with a prompt where the provider has responses, else as a model. */
async function makeCalls() {
  const ids = [];
  for (const [i, question] of QUESTIONS.entries()) {
    const options = { headers: { 'x-session-id': `${run}-${i}`, 'x-user-id': `customer-${i % 3}` } };
    const respond = () =>
      client.responses.create({ prompt: { id: run, variables: { question } }, metadata: { run } }, options);
    const chat = () =>
      client.chat.completions.create(
        {
          model: `prompt:${run}@production`,
          messages: [],
          prompt_variables: { question },
          metadata: { run },
        },
        options,
      );
    const answer = i === 0 && (await hasResponses()) ? await respond() : await chat();
    ids.push(answer.id);
  }
  say('calls', `${ids.length} answered by version 1`);
  return ids;
}

/** Some servers speak chat completions only: those say 404 to everything under /responses. */
async function hasResponses() {
  const asked = client.responses.create({ model: 'none', input: '', max_output_tokens: 16 });
  return asked.then(() => true).catch((error) => error.status !== 404 || error.code === 'model_not_found');
}

/** 3. Somebody does not like the first answer, and says what it should have been. */
async function giveFeedback(ids) {
  await client.post('/feedback', {
    body: { response_id: ids[0], thumb: 'down', comment: 'Too short.', correction: CORRECTION },
  });
  await client.post('/feedback', { body: { response_id: ids[1], thumb: 'up' } });
  say('feedback', 'one thumb down with a correction, one thumb up');
}

/** 4. The calls become a dataset. Captured calls arrive within seconds, so it is made again until all are there. */
async function makeDataset() {
  const source = { type: 'calls', filter: { prompt: [run] } };
  const dataset = await client.post('/datasets', { body: { name: run } });
  const path = `/datasets/${dataset.id}`;
  const version = await waitFor(
    'the dataset',
    async () => {
      const made = await client.post(`${path}/versions`, { body: { source } });
      return waitFor('the version', () => client.get(`${path}/versions/${made.version}`), isFinished);
    },
    ({ items }) => items === QUESTIONS.length,
  );
  say('dataset', `version ${version.version} has ${version.items} items`);
  return { dataset_id: dataset.id, version: version.version };
}

/** 5. A second version, not live yet. */
async function publishSecond(prompt, model) {
  const version = await client.post(`/prompts/${prompt.id}/versions`, {
    body: {
      model,
      messages: [
        { role: 'system', content: 'You are the assistant of a lamp shop.' },
        { role: 'user', content: '{{question}}\n\nEnd with "Kind regards".' },
      ],
      labels: ['staging'],
      note: 'polite',
    },
  });
  say('prompt', `version ${version.version} is in staging`);
}

/** 6. Both versions answer the dataset, and are judged: by a rule, and by a model. */
async function evaluate(dataset, model) {
  const made = await client.evals.create({
    name: run,
    data_source_config: { type: 'custom', item_schema: { type: 'object' }, include_sample_schema: true },
    testing_criteria: [
      {
        type: 'string_check',
        name: 'polite',
        operation: 'ilike',
        input: '{{sample.output_text}}',
        reference: 'kind regards',
      },
      {
        type: 'score_model',
        name: 'helpful',
        model,
        range: [0, 1],
        pass_threshold: 0.3,
        input: [
          { role: 'system', content: 'Score from 0 to 1 how helpful the answer is for the question.' },
          { role: 'user', content: 'Question: {{item.input}}\n\nAnswer: {{sample.output_text}}' },
        ],
      },
    ],
  });
  const runs = [];
  for (const version of ['1', '2']) {
    const begun = await client.evals.runs.create(made.id, {
      name: `version ${version}`,
      data_source: {
        type: 'completions',
        source: { type: 'dataset', ...dataset },
        prompt: { id: run, version, variables: { question: '{{item.input}}' } },
      },
    });
    const ask = () => client.evals.runs.retrieve(begun.id, { eval_id: made.id });
    const done = await waitFor('the run', ask, isFinished, 900);
    expect(
      done.status === 'completed',
      `run of version ${version} to complete, not ${JSON.stringify(done.error)}`,
    );
    const { total, passed } = done.result_counts;
    say('eval', `version ${version}: ${passed} of ${total} passed`);
    for (const each of done.per_testing_criteria_results) {
      say('', `${each.testing_criteria}: ${each.passed} passed, ${each.failed} failed`);
    }
    runs.push(done);
  }
  const [baseline, candidate] = runs.map(({ id }) => id);
  const path = `/evals/${made.id}/comparison`;
  const { criteria } = await client.get(path, { query: { baseline, candidate } });
  for (const each of criteria)
    say('compare', `${each.name}: ${each.verdict} (${each.difference.toFixed(2)})`);
  return runs;
}

/** 7. The label moves, and the very same call is answered by version 2. */
async function release(prompt) {
  await client.post(`/prompts/${prompt.id}`, { body: { labels: { production: 2 } } });
  const question = QUESTIONS[0];
  const body = { model: `prompt:${run}@production`, messages: [], prompt_variables: { question } };
  const ask = () => client.chat.completions.create(body, { headers: { 'x-session-id': `${run}-after` } });
  // Within two seconds everywhere.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const answer = await ask();
  say('release', `production is version 2; it says: ${answer.choices[0].message.content.slice(0, 80)}`);
}

/** 8. Corrections become training data; the files are plain files of the API. */
async function exportAll() {
  for (const format of ['openai_sft', 'openai_dpo']) {
    const begun = await client.post('/exports', {
      body: { name: `${run}-${format}`, format, source: { type: 'calls', filter: { prompt: [`${run}@1`] } } },
    });
    const done = await waitFor('the export', () => client.get(`/exports/${begun.id}`), isFinished);
    expect(done.status === 'completed', `the export to complete, not ${done.error}`);
    const content = await (await client.files.content(done.files[0].file_id)).text();
    const lines = content
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const isValid =
      format === 'openai_sft'
        ? lines.every(({ messages }) => messages.at(-1).role === 'assistant')
        : lines.every(({ preferred_output: [preferred] }) => preferred.content === CORRECTION);
    expect(isValid, `every line of ${format} to be in its format`);
    expect(content.includes(CORRECTION.slice(0, 20)), `the correction to be in ${format}`);
    say('export', `${format}: ${lines.length} lines, ${content.length} characters`);
  }
}

const model = await findModel();
say('model', model);
const prompt = await publishFirst(model);
const ids = await makeCalls();
await giveFeedback(ids);
const dataset = await makeDataset();
await publishSecond(prompt, model);
await evaluate(dataset, model);
await release(prompt);
await exportAll();
say('done', 'everything above is in the console: prompts, calls, datasets, evaluations, exports');
