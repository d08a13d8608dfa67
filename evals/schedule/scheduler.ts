/**
 * Begins the runs of active schedules at their times. The id of a run follows from its schedule and its time, so a
 * time makes one run however many rooms look at it, and however often one starts.
 *
 * Times that passed while nobody looked: the last one of them still begins its run when it is at most an hour ago;
 * older ones are gone. A time at which the schedule's run before is still open is left out.
 */
import { createHash } from 'node:crypto';
import type { RegistryEntry } from '../../collector/registry/view.ts';
import { AppError } from '../../errors.ts';
import type { EvalsContext } from '../context.ts';
import { findLastTime, findNextTime } from './times.ts';

const MISSED_MS = 3_600_000;
/** A timer is set again at least so often: clocks are put right, machines sleep. */
const LOOK_MS = 30_000;

type Schedule = RegistryEntry<'eval_schedule'>;
export type Scheduler = { start(): void; stop(): Promise<void> };

/** Looks at the schedules of `context.registry` from `start` on. */
export function createScheduler(context: EvalsContext): Scheduler {
  const begun = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let isStopped = false;
  let endFollowing: (() => void) | undefined;

  const lookAll = async (): Promise<void> => {
    const now = new Date();
    for (const schedule of listActive(context)) {
      const since = Math.max(
        now.getTime() - MISSED_MS,
        Date.parse(schedule.updated_at),
        begun.get(schedule.id) ?? 0,
      );
      const time = findLastTime(schedule.body, new Date(since), now);
      if (!time || isStopped) continue;
      try {
        await beginRun(context, schedule, time);
        begun.set(schedule.id, time.getTime());
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        context.say(`eval_schedule ${schedule.id}: ${reason}; trying again`);
      }
    }
  };
  const look = (): void => {
    looking = looking.then(lookAll).finally(setTimer);
  };
  const setTimer = (): void => {
    clearTimeout(timer);
    if (isStopped) return;
    const now = new Date();
    const waits = listActive(context).map(({ body }) => {
      const next = findNextTime(body, now);
      return next ? next.getTime() - now.getTime() : LOOK_MS;
    });
    timer = setTimeout(look, Math.max(Math.min(LOOK_MS, ...waits), 10));
  };

  return {
    start() {
      // A change may bring an earlier time; runs are changes too, so this only moves the timer.
      endFollowing ??= context.registry.onChange(setTimer);
      look();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      endFollowing?.();
      await looking;
    },
  };
}

function listActive({ registry }: EvalsContext): Schedule[] {
  return registry.list('eval_schedule').filter(({ body, project_id }) => {
    const isWanted =
      body.status === 'active' && registry.find('eval', body.eval_id)?.body.status === 'active';
    return isWanted && registry.getProject(project_id)?.body.status === 'active';
  });
}

/** The id of the run that `time` of a schedule begins. */
export function toScheduledRunId(schedule_id: string, time: Date): string {
  const hash = createHash('sha256').update(`${schedule_id} ${time.toISOString()}`).digest('hex');
  return `evalrun_${hash.slice(0, 32)}`;
}

async function beginRun({ registry, writer }: EvalsContext, schedule: Schedule, time: Date): Promise<void> {
  const { eval_id, name, data_source } = schedule.body;
  const parent = registry.find('eval', eval_id);
  const id = toScheduledRunId(schedule.id, time);
  if (!parent || registry.find('eval_run', id)) return;
  const runs = registry.list('eval_run').filter(({ body }) => body.schedule_id === schedule.id);
  if (runs.some(({ body }) => body.status === 'queued' || body.status === 'in_progress')) return;
  const body = {
    eval_id,
    name,
    metadata: {},
    data_source,
    testing_criteria: parent.body.testing_criteria,
    status: 'queued',
    total: 0,
    items_sha256: '',
    error: null,
    schedule_id: schedule.id,
    finished_at: null,
  } as const;
  try {
    const object = { kind: 'eval_run', id, project_id: schedule.project_id, body } as const;
    await writer.create(object, `scheduled for ${time.toISOString()}`);
  } catch (error) {
    // Another look, of this room or of one that was killed, has made it.
    const isThere = error instanceof AppError && ['revision_conflict', 'already_exists'].includes(error.code);
    if (!isThere) throw error;
  }
}
