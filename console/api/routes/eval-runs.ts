/** Runs of evaluations, what came of each item, and two runs side by side. */
import { uuidv7 } from 'uuidv7';
import { listRunPairs } from '../../../collector/queries/eval-run-pairs.ts';
import { findEvalResult } from '../../../collector/queries/get-eval-result.ts';
import { listEvalResults } from '../../../collector/queries/list-eval-results.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import { AppError } from '../../../errors.ts';
import { compareCriteria, toItemChange } from '../../../evals/runs/compare.ts';
import { findPosition } from '../../../evals/runs/grade-run-item.ts';
import * as contract from '../../contract/eval-runs.ts';
import type { ConsoleContext } from '../context.ts';
import { type Call, defineEndpoint } from '../endpoint.ts';
import { toOutputItem, toRunObject, toRunStatus } from '../managed/eval-run-object.ts';
import { releaseContent } from '../managed/kept-contents.ts';
import { getOwn, listOwn, reviseObject } from '../managed/object.ts';
import { toPage } from '../managed/page-of.ts';
import { toKeptSource, toShownSource } from '../managed/run-source.ts';
import { findRunSummaries } from '../managed/run-summaries.ts';
import { getEvalEntry } from './evals.ts';

type RunEntry = RegistryEntry<'eval_run'>;
type Ids = { project_id: string; eval_id: string };

/** Pairs that are shown; all of them count. */
const MAX_SHOWN_PAIRS = 500;

/** @throws AppError not_found, also for a run of another evaluation, or one that was deleted */
function getRunEntry({ registry }: ConsoleContext, { project_id, eval_id }: Ids, run_id: string): RunEntry {
  const entry = getOwn(registry, 'eval_run', run_id, project_id);
  if (entry.body.eval_id !== eval_id || entry.body.status === 'deleted') {
    throw new AppError('not_found', `This evaluation has no run ${run_id}.`);
  }
  return entry;
}

async function toObject(context: ConsoleContext, entry: RunEntry): Promise<contract.EvalRunObject> {
  const [summaries, data_source] = await Promise.all([
    findRunSummaries(context, entry.project_id, [entry]),
    toShownSource(context, entry.project_id, entry.body),
  ]);
  return { ...toRunObject(context.config, entry, summaries.get(entry.id)), data_source };
}

const listRuns = defineEndpoint(contract.listRuns, async (context, { params, query }) => {
  const { project_id, eval_id } = params;
  getEvalEntry(context.registry, project_id, eval_id);
  const entries = listOwn(context.registry, 'eval_run', project_id).filter(
    ({ body }) => body.eval_id === eval_id,
  );
  const page = toPage(
    entries,
    query,
    ({ body }) =>
      body.status !== 'deleted' && (query.status === undefined || toRunStatus(body.status) === query.status),
  );
  const summaries = await findRunSummaries(context, project_id, page.data);
  return {
    ...page,
    data: page.data.map((entry) => toRunObject(context.config, entry, summaries.get(entry.id))),
  };
});

const createRun = defineEndpoint(contract.createRun, async (context, { params, body, caller }) => {
  const { registry } = context;
  const { project_id, eval_id } = params;
  const parent = getEvalEntry(registry, project_id, eval_id);
  const { testing_criteria, data_source_config } = parent.body;
  const kept = await toKeptSource(context, project_id, body.data_source, data_source_config);
  const id = `evalrun_${uuidv7()}`;
  const { name, metadata } = body;
  registry.append({
    kind: 'eval_run',
    id,
    project_id,
    body: {
      eval_id,
      name,
      metadata: metadata ?? {},
      ...kept,
      testing_criteria,
      status: 'queued',
      error: null,
      schedule_id: '',
      finished_at: null,
    },
    actor: caller.actor,
    reason: 'created',
    expected_revision: 0,
  });
  return toObject(context, getRunEntry(context, params, id));
});

const getRun = defineEndpoint(contract.getRun, (context, { params }) =>
  toObject(context, getRunEntry(context, params, params.run_id)),
);

const isOpen = ({ body }: RunEntry): boolean => body.status === 'queued' || body.status === 'in_progress';

/** A run that is over stays as it ended. */
function cancel(
  context: ConsoleContext,
  { params, caller }: Pick<Call<typeof contract.cancelRun>, 'params' | 'caller'>,
): Promise<contract.EvalRunObject> {
  const entry = getRunEntry(context, params, params.run_id);
  if (!isOpen(entry)) return toObject(context, entry);
  const change = { status: 'cancelled', finished_at: new Date().toISOString() } as const;
  const author = { actor: caller.actor, reason: 'cancelled' };
  return toObject(context, reviseObject(context.registry, entry, change, author));
}

const deleteRun = defineEndpoint(contract.deleteRun, async (context, { params, caller }) => {
  const { registry } = context;
  const { project_id, run_id } = params;
  const entry = getRunEntry(context, params, run_id);
  reviseObject(registry, entry, { status: 'deleted' }, { actor: caller.actor, reason: 'deleted' });
  const { items_sha256 } = entry.body;
  if (items_sha256 !== '') await releaseContent(context, project_id, items_sha256);
  return { object: 'eval.run.deleted', deleted: true, run_id } as const;
});

const listOutputItems = defineEndpoint(contract.listOutputItems, async (context, { params, query }) => {
  const { project_id, eval_id, run_id } = params;
  getRunEntry(context, params, run_id);
  const { limit, order, status } = query;
  const toPosition = (param: 'after' | 'before'): number | undefined => {
    const id = query[param];
    if (id === undefined) return undefined;
    const position = findPosition(run_id, id);
    if (position === undefined)
      throw new AppError('invalid_query', `${param}: is not in this list`, { param });
    return position;
  };
  const page = { limit, order, status, after: toPosition('after'), before: toPosition('before') };
  const { results, has_more } = await listEvalResults(await context.store(), project_id, run_id, page);
  const data = results.map((result) => toOutputItem(eval_id, result));
  const [first_id, last_id] = [data[0]?.id ?? null, data.at(-1)?.id ?? null];
  return { object: 'list', data, first_id, last_id, has_more } as const;
});

const getOutputItem = defineEndpoint(contract.getOutputItem, async (context, { params }) => {
  const { project_id, eval_id, run_id, output_item_id } = params;
  getRunEntry(context, params, run_id);
  const position = findPosition(run_id, output_item_id);
  const result =
    position === undefined
      ? undefined
      : await findEvalResult(await context.store(), project_id, { run_id, position });
  if (!result) throw new AppError('not_found', `This run has no output item ${output_item_id}.`);
  return toOutputItem(eval_id, result);
});

const compareRuns = defineEndpoint(contract.compareRuns, async (context, { params, query }) => {
  const { baseline, candidate } = query;
  if (baseline === candidate) {
    throw new AppError('invalid_query', 'candidate: is the same run as baseline', { param: 'candidate' });
  }
  for (const run_id of [baseline, candidate]) getRunEntry(context, params, run_id);
  const found = await listRunPairs(await context.store(), params.project_id, query);
  const items = found.pairs.map((pair) => ({ ...pair, change: toItemChange(pair) }));
  const changed = items.filter(({ change }) => change !== 'same');
  const same = items.filter(({ change }) => change === 'same');
  return {
    baseline,
    candidate,
    pairs: found.pairs.length,
    only_baseline: found.only_baseline,
    only_candidate: found.only_candidate,
    criteria: compareCriteria(found.pairs),
    items: [...changed, ...same].slice(0, MAX_SHOWN_PAIRS),
  };
});

export const evalRunEndpoints = [
  listRuns,
  createRun,
  getRun,
  defineEndpoint(contract.cancelRunAtItself, cancel),
  defineEndpoint(contract.cancelRun, cancel),
  deleteRun,
  listOutputItems,
  getOutputItem,
  compareRuns,
];
