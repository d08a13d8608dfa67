/** Evaluations and what they are about, as an app makes them, and runs that are over. */
import type { EvalRunObject } from '../../../console/contract/eval-runs.ts';
import type { EvalObject } from '../../../console/contract/evals.ts';
import type { ExportObject } from '../../../console/contract/exports.ts';
import type { PromptObject } from '../../../console/contract/prompts.ts';
import { waitUntil } from '../../kit/wait.ts';
import type { RealConsole } from './real-console.ts';

type V1 = Pick<RealConsole, 'v1'>;
type Rooms = Pick<RealConsole, 'v1' | 'upstream'>;
/** What a judge of these tests is told, so that its calls can be told from others. */
const RUBRIC = 'Rate the tone of the answer.';
const RUN_MS = 30_000;

export const QUESTIONS = [
  'Where is my order 88213?',
  'May I return a lamp that I have used once?',
  '領収書の宛名を変更できますか。',
  'Do you ship to Hokkaido?',
  'How long does delivery take?',
  '返品の送料は誰が払いますか。',
  'Can I change the delivery address?',
  'Is gift wrapping free?',
];

let made = 0;

/** A dataset of the questions above, complete. */
export async function makeDataset(
  { v1 }: V1,
  name = `questions-${++made}`,
): Promise<{ id: string; name: string }> {
  const add = QUESTIONS.map((question) => ({
    item: { input: question, expected: 'Our warehouse is in Osaka.' },
  }));
  const source = { type: 'edit', base_version: 0, add };
  const dataset = await v1<{ id: string; name: string }>('POST', '/datasets', { name, source });
  await waitUntil('the dataset', async () => {
    const { latest_version, items } = await v1<{ latest_version: number; items: number }>(
      'GET',
      `/datasets/${dataset.id}`,
    );
    return latest_version === 1 && items === QUESTIONS.length;
  });
  return dataset;
}

/** A prompt whose second version mentions Osaka in what it asks, which the upstream of the tests echoes. */
export async function makeTwoVersions({ v1 }: V1, name = `support-${++made}`): Promise<PromptObject> {
  const version = (text: string) => ({
    messages: [
      { role: 'system', content: 'You answer for a shop.' },
      { role: 'user', content: text },
    ],
    model: 'gpt-4o-mini',
  });
  const prompt = await v1<PromptObject>('POST', '/prompts', {
    ...version('{{question}}'),
    name,
    labels: ['production'],
    note: 'The first one',
  });
  const second = { ...version('{{question}} (Our warehouse is in Osaka.)'), note: 'Knows the warehouse' };
  await v1('POST', `/prompts/${prompt.id}/versions`, second);
  return prompt;
}

/** An evaluation with a text criterion and, where asked for, a judge that always gives 0.8. */
export async function makeEval(
  { v1, upstream }: Rooms,
  options: { name?: string; judge?: boolean; dataset_id?: string } = {},
): Promise<EvalObject> {
  const { name = `Answers ${++made}`, judge = false, dataset_id } = options;
  if (judge) {
    const verdict = { reasoning: 'Friendly, and it answers what was asked.', score: 0.8 };
    upstream.script({ contains: RUBRIC }, { status: 200, body: toCompletion(JSON.stringify(verdict)) });
  }
  const contains = {
    type: 'string_check',
    name: 'Names the warehouse',
    input: '{{sample.output_text}}',
    reference: 'Osaka',
    operation: 'ilike',
  };
  const rated = {
    type: 'score_model',
    name: 'Tone',
    model: 'gpt-4o',
    input: [
      { role: 'system', content: RUBRIC },
      { role: 'user', content: '{{sample.output_text}}' },
    ],
    range: [0, 1],
    pass_threshold: 0.5,
  };
  return v1<EvalObject>('POST', '/evals', {
    name,
    ...(dataset_id ? { metadata: { dataset_id } } : {}),
    data_source_config: {
      type: 'custom',
      item_schema: { type: 'object', properties: { input: {}, expected: {} } },
      include_sample_schema: true,
    },
    testing_criteria: judge ? [contains, rated] : [contains],
  });
}

function toCompletion(content: string): object {
  const message = { role: 'assistant', content };
  return {
    id: 'chatcmpl-judge',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'gpt-4o',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 40, completion_tokens: 20, total_tokens: 60 },
  };
}

/** A run over a dataset by one version of a prompt; resolves once it is over. */
export async function makeRun(
  { v1 }: V1,
  ids: { eval_id: string; dataset_id: string; prompt_id: string },
  version: 1 | 2,
): Promise<EvalRunObject> {
  const run = await v1<EvalRunObject>('POST', `/evals/${ids.eval_id}/runs`, {
    name: `Version ${version}`,
    data_source: {
      type: 'completions',
      source: { type: 'dataset', dataset_id: ids.dataset_id },
      prompt: { id: ids.prompt_id, version: String(version), variables: { question: '{{item.input}}' } },
    },
  });
  return waitUntil(
    'the run to end',
    async () => {
      const now = await v1<EvalRunObject>('GET', `/evals/${ids.eval_id}/runs/${run.id}`);
      return now.status === 'queued' || now.status === 'in_progress' ? undefined : now;
    },
    RUN_MS,
  );
}

export type Compared = {
  eval_id: string;
  dataset_id: string;
  prompt_id: string;
  runs: [EvalRunObject, EvalRunObject];
};

/** All of it: a dataset, a prompt, an evaluation and a run of either version. */
export async function makeCompared(rooms: Rooms, options: { judge?: boolean } = {}): Promise<Compared> {
  const [dataset, prompt] = [await makeDataset(rooms), await makeTwoVersions(rooms)];
  const { id: eval_id } = await makeEval(rooms, { ...options, dataset_id: dataset.id });
  const ids = { eval_id, dataset_id: dataset.id, prompt_id: prompt.id };
  return { ...ids, runs: [await makeRun(rooms, ids, 1), await makeRun(rooms, ids, 2)] };
}

/** Calls of an app, some of them liked, disliked or corrected; resolves once they can be found. */
export async function makeCalls(
  { v1, sekisho }: Pick<RealConsole, 'v1' | 'sekisho'>,
  count: number,
): Promise<void> {
  for (let index = 0; index < count; index++) {
    const content = QUESTIONS[index % QUESTIONS.length] ?? '';
    const answer = await v1<{ id: string }>('POST', '/chat/completions', {
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'You answer for a shop. Write to help@example.com if in doubt.' },
        { role: 'user', content: `${content} (${Math.floor(index / QUESTIONS.length)})` },
      ],
      user: `user-${index % 5}`,
    });
    if (index % 4 === 1) await v1('POST', '/feedback', { response_id: answer.id, thumb: 'down' });
    if (index % 8 === 5) {
      const correction = 'Yes, within 30 days, if it looks like new.';
      await v1('POST', '/feedback', { response_id: answer.id, correction });
    }
  }
  await sekisho.flush();
}

/** An export of all calls as a table, over. */
export async function makeExport({ v1 }: V1, options: Record<string, unknown> = {}): Promise<ExportObject> {
  const { id } = await v1<ExportObject>('POST', '/exports', {
    name: 'Support desk',
    format: 'openai_sft',
    source: { type: 'calls', filter: {} },
    ...options,
  });
  return waitUntil('the export to end', async () => {
    const now = await v1<ExportObject>('GET', `/exports/${id}`);
    return now.status === 'queued' || now.status === 'in_progress' ? undefined : now;
  });
}
