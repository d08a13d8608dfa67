/** Runs a suite through the public API, with the stock SDK: finds or makes its evaluation, begins a run, waits. */
import { APIError, type OpenAI } from 'openai';
import { setTimeout as delay } from 'node:timers/promises';
import type { EvalRunObject } from '../../console/contract/eval-runs.ts';
import { toSource } from './data.ts';
import type { ParsedSuite, Suite } from './suite.ts';
import { RunError, SuiteError } from './suite-error.ts';

const LOOK_MS = 500;
/** Marks the evaluation of a suite, so that its runs stand side by side. */
const SUITE_MARK = 'sekisho_suite';

export type Running = { client: OpenAI; parsed: ParsedSuite; file: string; signal: AbortSignal };
type Begun = { eval_id: string; run: EvalRunObject };

/** The run, begun. @throws SuiteError where the server minds the suite, RunError, APIError */
export async function beginRun({ client, parsed, file }: Running): Promise<Begun> {
  const { suite } = parsed;
  const source = await toSource(client, suite, file);
  const eval_id = await findOrMakeEval(client, parsed);
  await checkBaseline(client, parsed, eval_id);
  const data_source = { ...toAsked(suite), source };
  try {
    const run = await client.evals.runs.create(eval_id, {
      name: suite.name,
      data_source: data_source as never,
    });
    return { eval_id, run: run as unknown as EvalRunObject };
  } catch (error) {
    throw toSuiteFault(error, parsed);
  }
}

/** Before anything is asked: what it is to be compared with is there. @throws SuiteError */
async function checkBaseline(
  client: OpenAI,
  { suite, whereIs }: ParsedSuite,
  eval_id: string,
): Promise<void> {
  const { no_worse_than: run_id } = suite.thresholds;
  if (run_id === undefined || run_id === 'previous') return;
  try {
    await client.evals.runs.retrieve(run_id, { eval_id });
  } catch (error) {
    if (!(error instanceof APIError) || error.status !== 404) throw error;
    const place = whereIs(['thresholds', 'no_worse_than']);
    throw new SuiteError(`${place}: this suite has no run ${run_id}; "previous" is its last one`);
  }
}

function toAsked({ model, prompt, input, sampling, api }: Suite): Record<string, unknown> {
  if (!model && !prompt) return { type: 'jsonl' };
  const [id = '', version] = typeof prompt === 'string' ? prompt.split(/@(.*)/s) : [];
  const template = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  return {
    type: api,
    ...(model ? { model } : {}),
    ...(prompt
      ? { prompt: typeof prompt === 'string' ? { id, ...(version ? { version } : {}) } : prompt }
      : {}),
    ...(template ? { input_messages: { type: 'template', template } } : {}),
    ...(sampling ? { sampling_params: sampling } : {}),
  };
}

/** The evaluation that this suite made before, with today's criteria; else a new one. */
async function findOrMakeEval(client: OpenAI, parsed: ParsedSuite): Promise<string> {
  const { suite } = parsed;
  const testing_criteria = suite.criteria as never;
  try {
    for await (const each of client.evals.list({ limit: 100 })) {
      if (each.metadata?.[SUITE_MARK] !== suite.name) continue;
      await client.post(`/evals/${each.id}`, { body: { testing_criteria } });
      return each.id;
    }
    const made = await client.evals.create({
      name: suite.name,
      metadata: { [SUITE_MARK]: suite.name },
      data_source_config: { type: 'custom', item_schema: { type: 'object' }, include_sample_schema: true },
      testing_criteria,
    });
    return made.id;
  } catch (error) {
    throw toSuiteFault(error, parsed);
  }
}

const MEMBERS: readonly (readonly [RegExp, string])[] = [
  [/^testing_criteria/, 'criteria'],
  [/^data_source\.source/, 'data'],
  [/^data_source\.input_messages/, 'input'],
  [/^data_source\.prompt/, 'prompt'],
  [/^data_source\.sampling_params/, 'sampling'],
];

/** What the server minds, said of the line in the suite that it comes from. */
function toSuiteFault(error: unknown, { whereIs }: ParsedSuite): unknown {
  if (!(error instanceof APIError) || error.status !== 400) return error;
  const param = error.param ?? '';
  const [from, to] = MEMBERS.find(([pattern]) => pattern.test(param)) ?? [];
  if (!from || !to) return error;
  const path = param
    .replace(from, to)
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const said = (error.error as { message?: string } | undefined)?.message ?? error.message;
  return new SuiteError(`${whereIs(path)}: ${said.replace(from, to)}`);
}

/** Waits for the end of the run, showing it now and then; an abort cancels it. @throws RunError, APIError */
export async function waitForEnd(
  { client, signal }: Running,
  { eval_id, run }: Begun,
  show: (run: EvalRunObject) => void,
): Promise<EvalRunObject> {
  for (;;) {
    const now = (await client.evals.runs.retrieve(run.id, { eval_id })) as unknown as EvalRunObject;
    show(now);
    if (now.status !== 'queued' && now.status !== 'in_progress') return now;
    if (signal.aborted) {
      await client.evals.runs.cancel(run.id, { eval_id });
      throw new RunError('Cancelled.');
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The run of the same evaluation that finished last before `run`; undefined where this is the first. */
export async function findPrevious(client: OpenAI, { eval_id, run }: Begun): Promise<string | undefined> {
  const page = await client.evals.runs.list(eval_id, { status: 'completed', order: 'desc', limit: 2 });
  return page.data.find(({ id }) => id !== run.id)?.id;
}
