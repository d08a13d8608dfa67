/** Evaluations: what is checked; and a grader tried on one item. */
import { uuidv7 } from 'uuidv7';
import { checkCriteria, toItemFields } from '../../../evals/graders/check.ts';
import type { RegistryBody } from '../../../collector/record/registry.ts';
import type { Registry } from '../../../collector/registry/store.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import { AppError } from '../../../errors.ts';
import * as contract from '../../contract/evals.ts';
import { defineEndpoint } from '../endpoint.ts';
import { toEvalObject } from '../managed/eval-object.ts';
import { tryGrader } from '../managed/try-grader.ts';
import { getOwn, listOwn, reviseObject } from '../managed/object.ts';
import { toPage } from '../managed/page-of.ts';

/** @throws AppError not_found, also for one that was deleted */
export function getEvalEntry(registry: Registry, project_id: string, id: string): RegistryEntry<'eval'> {
  const entry = getOwn(registry, 'eval', id, project_id);
  if (entry.body.status === 'deleted') throw new AppError('not_found', `This project has no eval ${id}.`);
  return entry;
}

function check(
  config: RegistryBody<'eval'>['data_source_config'],
  criteria: readonly contract.Grader[],
): void {
  checkCriteria(criteria, config.type === 'custom' ? toItemFields(config.item_schema) : undefined);
}

const listEvals = defineEndpoint(contract.listEvals, ({ registry }, { params, query }) => {
  const entries = listOwn(registry, 'eval', params.project_id);
  const by = query.order_by;
  const sorted = entries.toSorted((a, b) => (a[by] < b[by] ? -1 : a[by] > b[by] ? 1 : 0));
  const page = toPage(sorted, query, ({ body }) => body.status === 'active');
  return { ...page, data: page.data.map(toEvalObject) };
});

const createEval = defineEndpoint(contract.createEval, ({ registry }, { params, body, caller }) => {
  const { project_id } = params;
  const { name, metadata, data_source_config, testing_criteria } = body;
  check(data_source_config, testing_criteria);
  const id = `eval_${uuidv7()}`;
  registry.append({
    kind: 'eval',
    id,
    project_id,
    body: { name, metadata: metadata ?? {}, data_source_config, testing_criteria, status: 'active' },
    actor: caller.actor,
    reason: 'created',
    expected_revision: 0,
  });
  return toEvalObject(getEvalEntry(registry, project_id, id));
});

const getEval = defineEndpoint(contract.getEval, ({ registry }, { params }) =>
  toEvalObject(getEvalEntry(registry, params.project_id, params.eval_id)),
);

const updateEval = defineEndpoint(contract.updateEval, ({ registry }, { params, body, caller }) => {
  const entry = getEvalEntry(registry, params.project_id, params.eval_id);
  const { name, metadata, testing_criteria } = body;
  if (testing_criteria) check(entry.body.data_source_config, testing_criteria);
  const change = {
    ...(name === undefined ? {} : { name }),
    ...(metadata === undefined ? {} : { metadata: metadata ?? {} }),
    ...(testing_criteria === undefined ? {} : { testing_criteria }),
  };
  return toEvalObject(reviseObject(registry, entry, change, { actor: caller.actor, reason: 'changed' }));
});

/** Its schedules end with it, and so do the runs under way. */
const deleteEval = defineEndpoint(contract.deleteEval, ({ registry }, { params, caller }) => {
  const { project_id, eval_id } = params;
  const entry = getEvalEntry(registry, project_id, eval_id);
  const author = { actor: caller.actor, reason: 'deleted with its evaluation' };
  registry.transaction(() => {
    for (const schedule of listOwn(registry, 'eval_schedule', project_id)) {
      if (schedule.body.eval_id !== eval_id || schedule.body.status === 'deleted') continue;
      reviseObjectInside(registry, schedule, { status: 'deleted' }, author);
    }
    for (const run of listOwn(registry, 'eval_run', project_id)) {
      const isOpen = run.body.status === 'queued' || run.body.status === 'in_progress';
      if (run.body.eval_id !== eval_id || !isOpen) continue;
      const finished_at = new Date().toISOString();
      reviseObjectInside(registry, run, { status: 'cancelled', finished_at }, author);
    }
    reviseObjectInside(registry, entry, { status: 'deleted' }, { ...author, reason: 'deleted' });
  });
  return { object: 'eval.deleted', deleted: true, eval_id } as const;
});

type Kind = 'eval' | 'eval_run' | 'eval_schedule';

/** Within a transaction the view still shows what was before, so there is nothing to answer with. */
function reviseObjectInside<K extends Kind>(
  registry: Registry,
  entry: RegistryEntry<K>,
  change: Partial<RegistryBody<K>>,
  author: { actor: string; reason: string },
): void {
  const { kind, id, project_id, revision } = entry;
  const body = { ...entry.body, ...change } as RegistryBody<K>;
  registry.append({ kind: kind as K, id, project_id, body, ...author, expected_revision: revision });
}

const runGrader = defineEndpoint(contract.runGrader, async (context, { params, body }) => {
  const { grader, model_sample, item = {} } = body;
  checkCriteria([grader]);
  return tryGrader(context, params.project_id, { grader, model_sample, item });
});

const validateGrader = defineEndpoint(contract.validateGrader, (_context, { body }) => {
  checkCriteria([body.grader]);
  return { grader: body.grader };
});

export const evalEndpoints = [
  listEvals,
  createEval,
  getEval,
  updateEval,
  deleteEval,
  runGrader,
  validateGrader,
];
