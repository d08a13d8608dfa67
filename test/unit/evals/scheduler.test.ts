/** The scheduler over a real registry, with the clock in the test's hand. */
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { grader } from '../../../collector/record/grader.ts';
import type { RegistryBody } from '../../../collector/record/registry.ts';
import type { Registry } from '../../../collector/registry/store.ts';
import type { EvalsContext } from '../../../evals/context.ts';
import { createScheduler, type Scheduler, toScheduledRunId } from '../../../evals/schedule/scheduler.ts';
import { EQUAL } from '../../kit/evals.ts';
import { addProject, freshRegistry } from '../../kit/registry.ts';

let registry: Registry;
let project_id: string;
let running: Scheduler[];

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T10:00:30Z'), toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  registry = freshRegistry();
  project_id = addProject(registry);
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((scheduler) => scheduler.stop()));
  vi.useRealTimers();
});

const by = { actor: 'system', reason: 'test' } as const;

/** A room that follows the registry; `create` is the console's answer to it. */
function startRoom(): Scheduler {
  const context = {
    registry: registry.view,
    writer: {
      create: (object: { kind: 'eval_run'; id: string; body: RegistryBody<'eval_run'> }) => {
        registry.append({ ...by, ...object, project_id, expected_revision: 0 });
        return Promise.resolve(registry.view.find('eval_run', object.id));
      },
    },
    say: (line: string) => void said.push(line),
  } as unknown as EvalsContext;
  const scheduler = createScheduler(context);
  running.push(scheduler);
  scheduler.start();
  return scheduler;
}
const said: string[] = [];

function addEval(): string {
  const id = `eval_${uuidv7()}`;
  const data_source_config = { type: 'logs' } as const;
  const body: RegistryBody<'eval'> = {
    name: 'e',
    metadata: {},
    data_source_config,
    testing_criteria: [grader.parse(EQUAL)],
    status: 'active',
  };
  registry.append({ ...by, kind: 'eval', id, project_id, body, expected_revision: 0 });
  return id;
}

function addSchedule(eval_id: string, cron = '*/10 * * * *'): string {
  const id = `evalsched_${uuidv7()}`;
  const data_source = { type: 'jsonl', source: { type: 'calls', filter: {} } } as const;
  const body = { eval_id, name: 'often', cron, timezone: 'UTC', data_source, status: 'active' } as const;
  registry.append({ ...by, kind: 'eval_schedule', id, project_id, body, expected_revision: 0 });
  return id;
}

function revise<K extends 'eval' | 'eval_schedule' | 'eval_run'>(
  kind: K,
  id: string,
  change: Partial<RegistryBody<K>>,
) {
  const entry = registry.view.find(kind, id);
  if (!entry) throw new Error(`no ${kind} ${id}`);
  const body = { ...entry.body, ...change } as RegistryBody<K>;
  registry.append({ ...by, kind, id, project_id, body, expected_revision: entry.revision });
}

const runs = () => registry.view.list('eval_run');
const finishAll = () => {
  for (const { id, body } of runs())
    if (body.status === 'queued') revise('eval_run', id, { status: 'completed' });
};
const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000);

describe('a schedule', () => {
  it('begins a run at each of its times, with the criteria of that moment', async () => {
    const eval_id = addEval();
    const id = addSchedule(eval_id);
    startRoom();
    await minutes(9);
    expect(runs()).toEqual([]);
    await minutes(1);
    expect(runs()).toMatchObject([
      {
        id: toScheduledRunId(id, new Date('2026-11-20T10:10:00Z')),
        body: {
          eval_id,
          schedule_id: id,
          status: 'queued',
          name: 'often',
          testing_criteria: [{ name: 'equal' }],
        },
      },
    ]);
    finishAll();
    await minutes(10);
    finishAll();
    await minutes(10);
    expect(runs()).toHaveLength(3);
  });

  it('is looked at by two rooms, and begins one run', async () => {
    addSchedule(addEval());
    startRoom();
    startRoom();
    await minutes(11);
    expect(runs()).toHaveLength(1);
  });

  it('that is added while the room runs is followed, one that is paused, or whose evaluation is deleted, is not', async () => {
    startRoom();
    const eval_id = addEval();
    const id = addSchedule(eval_id);
    await minutes(10);
    expect(runs()).toHaveLength(1);
    finishAll();
    revise('eval_schedule', id, { status: 'paused' });
    await minutes(30);
    expect(runs()).toHaveLength(1);
    revise('eval_schedule', id, { status: 'active' });
    // The times while it was paused are nobody's.
    await minutes(5);
    expect(runs()).toHaveLength(1);
    await minutes(5);
    expect(runs()).toHaveLength(2);
    finishAll();
    revise('eval', eval_id, { status: 'deleted' });
    await minutes(30);
    expect(runs()).toHaveLength(2);
  });

  it('leaves out a time at which its last run is still open', async () => {
    addSchedule(addEval());
    startRoom();
    await minutes(35);
    expect(runs()).toHaveLength(1);
    finishAll();
    await minutes(10);
    expect(runs()).toHaveLength(2);
  });

  it('makes up for the last time that was missed within the hour, once', async () => {
    addSchedule(addEval());
    const first = startRoom();
    await first.stop();
    await minutes(45);
    expect(runs()).toEqual([]);
    startRoom();
    await minutes(0);
    expect(runs()).toHaveLength(1);
    finishAll();
    const third = startRoom();
    await minutes(2);
    await third.stop();
    expect(runs()).toHaveLength(1);
  });

  it('does not make up for what is older than an hour', async () => {
    addSchedule(addEval(), '5 10 * * *');
    await minutes(90);
    startRoom();
    await minutes(1);
    expect(runs()).toEqual([]);
    expect(said).toEqual([]);
  });
});
