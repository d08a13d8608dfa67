/** Schedules of evaluations: a run begins at each of their times. */
import { z } from 'zod';
import { runDataSource } from '../../collector/record/eval.ts';
import { deletedObject, listOf, pageQuery, unixSeconds } from './list.ts';
import { BUILDERS, defineRoute, READERS } from './route.ts';

const EVAL = '/api/projects/:project_id/evals/:eval_id';
const json = z.record(z.string(), z.unknown());

export const scheduleObject = z.object({
  object: z.literal('eval.schedule'),
  id: z.string(),
  eval_id: z.string(),
  name: z.string(),
  cron: z.string(),
  timezone: z.string(),
  data_source: json,
  status: z.enum(['active', 'paused']),
  next_run_at: unixSeconds.nullable(),
  revision: z.number().int(),
  created_at: unixSeconds,
});
export type ScheduleObject = z.infer<typeof scheduleObject>;
const scheduleBody = z.object({
  name: z.string().min(1).max(200),
  cron: z.string().max(100),
  timezone: z.string().max(100).default('UTC'),
  data_source: runDataSource,
});
export const listSchedules = defineRoute({
  method: 'GET',
  path: `${EVAL}/schedules`,
  v1: true,
  access: READERS,
  query: pageQuery,
  response: listOf(scheduleObject),
});
export const createSchedule = defineRoute({
  method: 'POST',
  path: `${EVAL}/schedules`,
  v1: true,
  access: BUILDERS,
  body: scheduleBody,
  status: 201,
  response: scheduleObject,
});
export const updateSchedule = defineRoute({
  method: 'POST',
  path: `${EVAL}/schedules/:schedule_id`,
  v1: true,
  access: BUILDERS,
  body: scheduleBody.partial().extend({ status: z.enum(['active', 'paused']).optional() }),
  response: scheduleObject,
});
export const deleteSchedule = defineRoute({
  method: 'DELETE',
  path: `${EVAL}/schedules/:schedule_id`,
  v1: true,
  access: BUILDERS,
  response: deletedObject,
});
