/** An evaluation of the prompt over the dataset: version 2, which is in production, and version 3, which is to be. */
import type OpenAI from 'openai';
import { DemoError } from '../gateway.ts';
import { type Desk, findNamed, get, isOver, waitFor } from './desk.ts';
import { PROMPT_NAME } from './prompt.ts';

const NAME = 'Support answers';
const VERSIONS = ['2', '3'] as const;
const ITEM_SCHEMA = {
  type: 'object',
  properties: { input: { type: 'string' }, expected: { type: 'string' } },
  required: ['input'],
};

type Run = OpenAI.Evals.RunRetrieveResponse;

/** Makes the evaluation and its runs, or what is missing of them. */
export async function leaveEvaluation(desk: Desk, dataset_id: string): Promise<void> {
  const found = await findNamed<{ id: string; name: string }>(desk, '/evals', NAME);
  const eval_id = found?.id ?? (await createEvaluation(desk)).id;
  const there = await listRuns(desk, eval_id);
  const begun = [];
  for (const version of VERSIONS) {
    const run = there.find(
      ({ name, status }) => name === toRunName(version) && (!isOver({ status }) || status === 'completed'),
    );
    begun.push(run ?? (await beginRun(desk, eval_id, dataset_id, version)));
  }
  const runs = [];
  for (const { id } of begun) runs.push(await waitForRun(desk, eval_id, id));
  for (const { name, result_counts } of runs) {
    desk.tell('evaluation', `${name}: ${result_counts.passed} of ${result_counts.total} passed`);
  }
  await compare(desk, eval_id, runs);
}

const toRunName = (version: string): string => `version ${version}`;

function createEvaluation({ client, models, signal }: Desk): Promise<{ id: string }> {
  const body = {
    name: NAME,
    metadata: { prompt: PROMPT_NAME },
    data_source_config: { type: 'custom' as const, item_schema: ITEM_SCHEMA, include_sample_schema: true },
    testing_criteria: [
      {
        type: 'string_check' as const,
        name: 'names the shop',
        operation: 'ilike' as const,
        input: '{{sample.output_text}}',
        reference: 'aoba-do',
      },
      {
        type: 'score_model' as const,
        name: 'helpful',
        model: models.judge,
        range: [0, 1],
        pass_threshold: 0.5,
        input: [
          {
            role: 'system' as const,
            content: 'Score from 0 to 1 how well the answer helps a customer who asked this question.',
          },
          {
            role: 'user' as const,
            content: 'Question: {{item.input}}\n\nAnswer: {{sample.output_text}}',
          },
        ],
      },
    ],
  };
  return client.evals.create(body, { signal });
}

async function listRuns(
  { client, signal }: Desk,
  eval_id: string,
): Promise<{ id: string; name: string; status: string }[]> {
  const runs = [];
  for await (const run of client.evals.runs.list(eval_id, { limit: 100, order: 'desc' }, { signal }))
    runs.push(run);
  return runs;
}

function beginRun(
  { client, signal }: Desk,
  eval_id: string,
  dataset_id: string,
  version: string,
): Promise<{ id: string }> {
  const data_source = {
    type: 'completions',
    source: { type: 'dataset', dataset_id },
    prompt: { id: PROMPT_NAME, version, variables: { question: '{{item.input}}' } },
  };
  const body = { name: toRunName(version), data_source };
  // A source and a prompt of Sekisho's own: the SDK's types know neither.
  return client.evals.runs.create(eval_id, body as unknown as OpenAI.Evals.RunCreateParams, { signal });
}

async function waitForRun(desk: Desk, eval_id: string, run_id: string): Promise<Run> {
  const { client, signal } = desk;
  const ask = () => client.evals.runs.retrieve(run_id, { eval_id }, { signal });
  const run = await waitFor(desk, 'The evaluation', ask, isOver);
  if (run.status !== 'completed') {
    throw new DemoError(`The evaluation ended as ${run.status}: ${run.error?.message ?? ''}`);
  }
  return run;
}

type Comparison = { criteria: { name: string; verdict: string; difference: number | null }[] };

async function compare(desk: Desk, eval_id: string, runs: readonly Run[]): Promise<void> {
  const [baseline, candidate] = runs.map(({ id }) => id);
  const path = `/evals/${eval_id}/comparison?baseline=${baseline}&candidate=${candidate}`;
  const { criteria } = await get<Comparison>(desk, path);
  const verdicts = criteria.map(({ name, verdict }) => `${name}: ${verdict.replaceAll('_', ' ')}`);
  desk.tell('comparison', `version 3 against version 2: ${verdicts.join(', ')}`);
}
