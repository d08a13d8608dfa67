/** Schedules of evaluations; the evals room begins their runs. */
import { uuidv7 } from 'uuidv7';
import type { RunDataSource } from '../../../collector/record/eval.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import { AppError } from '../../../errors.ts';
import { checkDataSource } from '../../../evals/runs/check.ts';
import { findTimesFault, type ScheduleTimes } from '../../../evals/schedule/times.ts';
import * as contract from '../../contract/eval-schedules.ts';
import type { ConsoleContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import { toScheduleObject } from '../managed/eval-object.ts';
import { getOwn, listOwn, reviseObject } from '../managed/object.ts';
import { toPage } from '../managed/page-of.ts';
import { getEvalEntry } from './evals.ts';

/** As much as a run keeps in the registry. */
const MAX_CONTENT_BYTES = 65_536;

/** @throws AppError not_found */
function getScheduleEntry(
  { registry }: ConsoleContext,
  { project_id, eval_id, schedule_id }: { project_id: string; eval_id: string; schedule_id: string },
): RegistryEntry<'eval_schedule'> {
  const entry = getOwn(registry, 'eval_schedule', schedule_id, project_id);
  if (entry.body.eval_id !== eval_id || entry.body.status === 'deleted') {
    throw new AppError('not_found', `This evaluation has no schedule ${schedule_id}.`);
  }
  return entry;
}

/** Each run keeps what it was given: a long list would be kept again at every time. @throws AppError invalid_body */
function checkSource(data_source: RunDataSource): void {
  checkDataSource(data_source);
  const { source } = data_source;
  const isLong =
    source.type === 'file_content' && Buffer.byteLength(JSON.stringify(source.content)) > MAX_CONTENT_BYTES;
  if (!isLong) return;
  const param = 'data_source.source.content';
  const message = `${param}: a schedule takes ${MAX_CONTENT_BYTES} bytes of items; put them in a file or a dataset`;
  throw new AppError('invalid_body', message, { param });
}

/** @throws AppError invalid_body */
function checkTimes(times: ScheduleTimes): void {
  const fault = findTimesFault(times);
  if (fault) throw new AppError('invalid_body', `${fault.param}: ${fault.message}`, { param: fault.param });
}

const listSchedules = defineEndpoint(contract.listSchedules, ({ registry }, { params, query }) => {
  const { project_id, eval_id } = params;
  getEvalEntry(registry, project_id, eval_id);
  const entries = listOwn(registry, 'eval_schedule', project_id).filter(
    ({ body }) => body.eval_id === eval_id && body.status !== 'deleted',
  );
  return toPage(entries.map(toScheduleObject), query);
});

const createSchedule = defineEndpoint(contract.createSchedule, (context, { params, body, caller }) => {
  const { project_id, eval_id } = params;
  getEvalEntry(context.registry, project_id, eval_id);
  checkTimes(body);
  checkSource(body.data_source);
  const id = `evalsched_${uuidv7()}`;
  context.registry.append({
    kind: 'eval_schedule',
    id,
    project_id,
    body: { ...body, eval_id, status: 'active' },
    actor: caller.actor,
    reason: 'created',
    expected_revision: 0,
  });
  return toScheduleObject(getScheduleEntry(context, { ...params, schedule_id: id }));
});

const updateSchedule = defineEndpoint(contract.updateSchedule, (context, { params, body, caller }) => {
  const entry = getScheduleEntry(context, params);
  const change = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
  const next = { ...entry.body, ...change };
  checkTimes(next);
  if (body.data_source) checkSource(body.data_source);
  const reason = body.status === undefined ? 'changed' : body.status === 'paused' ? 'paused' : 'resumed';
  return toScheduleObject(reviseObject(context.registry, entry, next, { actor: caller.actor, reason }));
});

const deleteSchedule = defineEndpoint(contract.deleteSchedule, (context, { params, caller }) => {
  const entry = getScheduleEntry(context, params);
  reviseObject(context.registry, entry, { status: 'deleted' }, { actor: caller.actor, reason: 'deleted' });
  return { id: entry.id, object: 'eval.schedule.deleted', deleted: true } as const;
});

export const evalScheduleEndpoints = [listSchedules, createSchedule, updateSchedule, deleteSchedule];
