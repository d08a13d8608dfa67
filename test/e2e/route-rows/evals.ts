/** Rows of evaluations, their runs and their schedules. */
import { type EvalResultRow, insertEvalResults } from '../../../collector/append/eval-results.ts';
import type { Store } from '../../../collector/store/client.ts';
import { toOutputItemId } from '../../../evals/runs/grade-run-item.ts';
import type { TestConsole, Who } from '../../kit/console.ts';
import { CUSTOM, EQUAL } from '../../kit/evals.ts';
import type { RouteRow } from '../../kit/routes.ts';
import { BUILDERS, made, READERS } from './access.ts';

const EVALS = '/api/projects/:project_id/evals';
const EVAL = `${EVALS}/:eval_id`;
const RUN = `${EVAL}/runs/:run_id`;

const evalBody = (name: string) => ({ name, data_source_config: CUSTOM, testing_criteria: [EQUAL] });
const data_source = {
  type: 'jsonl',
  source: {
    type: 'file_content',
    content: [{ item: { question: 'q', answer: 'a' }, sample: { output_text: 'a' } }],
  },
} as const;
const scheduleBody = { name: 'nightly', cron: '0 3 * * *', timezone: 'Asia/Tokyo', data_source };

async function post(room: TestConsole, who: Who, path: string, body: object): Promise<string> {
  const answer = await room.ask(who, path, { method: 'POST', body: JSON.stringify(body) });
  if (answer.status !== 201) throw new Error(await answer.text());
  return ((await answer.json()) as { id: string }).id;
}

/** One in their project and one in the other; the id of theirs. */
async function makeEval(room: TestConsole): Promise<string> {
  await post(room, 'stranger', `/api/projects/${room.other_project_id}/evals`, evalBody('foreign'));
  return post(room, 'owner', `/api/projects/${room.project_id}/evals`, evalBody('ours'));
}

async function makeRun(room: TestConsole): Promise<{ eval_id: string; run_id: string; path: string }> {
  const eval_id = await makeEval(room);
  const path = `/api/projects/${room.project_id}/evals/${eval_id}/runs`;
  const run_id = await post(room, 'owner', path, { name: 'ours', data_source });
  return { eval_id, run_id, path: `${path}/${run_id}` };
}

async function storeResult(store: Store, room: TestConsole, ids: { eval_id: string; run_id: string }) {
  const row: EvalResultRow = {
    ...ids,
    project_id: room.project_id,
    output_item_id: toOutputItemId(ids.run_id, 0),
    position: 0,
    item_key: 'k',
    item: { question: 'q' },
    status: 'pass',
    results: [
      { name: 'equal', type: 'string_check', score: 1, passed: true, label: '', reason: '', error: false },
    ],
    sample_input: [],
    sample_output: 'our output',
    sample_model: '',
    finish_reason: '',
    trace_id: '',
    span_id: '',
    input_tokens: 0,
    output_tokens: 0,
    duration_ms: 1,
    error: '',
    created_at: new Date().toISOString(),
  };
  await insertEvalResults(store, [row], ids.run_id);
  return row;
}

async function makeSchedule(room: TestConsole): Promise<string> {
  const path = `/api/projects/${room.project_id}/evals/${await makeEval(room)}/schedules`;
  return `${path}/${await post(room, 'owner', path, scheduleBody)}`;
}

const withEval = async (room: TestConsole, rest = '') => ({
  path: `/api/projects/:project_id/evals/${await makeEval(room)}${rest}`,
});
const withRun = async (room: TestConsole, rest = '') => ({ path: (await makeRun(room)).path + rest });

export function evalRows(store: () => Store): Record<string, RouteRow> {
  return {
    ...definitionRows(),
    ...runRows(store),
    [`GET ${EVAL}/schedules`]: {
      statuses: READERS,
      request: async (room) => ({ path: (await makeSchedule(room)).replace(/\/[^/]+$/, '') }),
      contains: ['"object":"eval.schedule"', '"next_run_at":1'],
    },
    [`POST ${EVAL}/schedules`]: {
      statuses: made(BUILDERS),
      request: async (room) => ({ ...(await withEval(room, '/schedules')), body: scheduleBody }),
      contains: ['"status":"active"', '"timezone":"Asia/Tokyo"'],
    },
    [`POST ${EVAL}/schedules/:schedule_id`]: {
      statuses: BUILDERS,
      request: async (room) => ({ path: await makeSchedule(room), body: { status: 'paused' } }),
      contains: ['"status":"paused"', '"next_run_at":null'],
    },
    [`DELETE ${EVAL}/schedules/:schedule_id`]: {
      statuses: BUILDERS,
      request: async (room) => ({ path: await makeSchedule(room) }),
      contains: ['"deleted":true'],
    },
  };
}

function definitionRows(): Record<string, RouteRow> {
  const grader = '/api/projects/:project_id/fine_tuning/alpha/graders';
  return {
    [`GET ${EVALS}`]: {
      statuses: READERS,
      request: async (room) => {
        await makeEval(room);
        return {};
      },
      contains: ['"name":"ours"', '"schema":{'],
      lacks: ['foreign'],
    },
    [`POST ${EVALS}`]: {
      statuses: made(BUILDERS),
      request: () => ({ body: evalBody('new') }),
      contains: ['"object":"eval"', '"name":"new"'],
    },
    [`GET ${EVAL}`]: { statuses: READERS, request: (room) => withEval(room), contains: ['"name":"ours"'] },
    [`POST ${EVAL}`]: {
      statuses: BUILDERS,
      request: async (room) => ({ ...(await withEval(room)), body: { name: 'renamed' } }),
      contains: ['"name":"renamed"'],
    },
    [`DELETE ${EVAL}`]: {
      statuses: BUILDERS,
      request: (room) => withEval(room),
      contains: ['"deleted":true'],
    },
    [`POST ${grader}/run`]: {
      statuses: BUILDERS,
      request: () => ({ body: { grader: EQUAL, model_sample: 'Yes, A', item: { answer: 'a' } } }),
      contains: ['"reward":1'],
    },
    [`POST ${grader}/validate`]: {
      statuses: BUILDERS,
      request: () => ({ body: { grader: EQUAL } }),
      contains: ['"operation":"ilike"'],
    },
  };
}

function runRows(store: () => Store): Record<string, RouteRow> {
  return {
    [`GET ${EVAL}/runs`]: {
      statuses: READERS,
      request: async (room) => ({ path: (await makeRun(room)).path.replace(/\/[^/]+$/, '') }),
      contains: ['"object":"eval.run"', '"name":"ours"'],
    },
    [`POST ${EVAL}/runs`]: {
      statuses: made(BUILDERS),
      request: async (room) => ({ ...(await withEval(room, '/runs')), body: { data_source } }),
      contains: ['"status":"queued"'],
    },
    [`GET ${RUN}`]: { statuses: READERS, request: (room) => withRun(room), contains: ['"name":"ours"'] },
    [`POST ${RUN}`]: { statuses: BUILDERS, request: (room) => withRun(room), contains: ['"canceled"'] },
    [`POST ${RUN}/cancel`]: {
      statuses: BUILDERS,
      request: (room) => withRun(room, '/cancel'),
      contains: ['"canceled"'],
    },
    [`DELETE ${RUN}`]: { statuses: BUILDERS, request: (room) => withRun(room), contains: ['"deleted":true'] },
    [`GET ${RUN}/output_items`]: {
      statuses: READERS,
      request: async (room) => {
        const run = await makeRun(room);
        await storeResult(store(), room, run);
        return { path: `${run.path}/output_items` };
      },
      contains: ['our output', '"status":"pass"'],
    },
    [`GET ${RUN}/output_items/:output_item_id`]: {
      statuses: READERS,
      request: async (room) => {
        const run = await makeRun(room);
        const { output_item_id } = await storeResult(store(), room, run);
        return { path: `${run.path}/output_items/${output_item_id}` };
      },
      contains: ['our output'],
    },
    [`GET ${EVAL}/comparison`]: {
      statuses: READERS,
      request: async (room) => {
        const { eval_id, run_id, path } = await makeRun(room);
        const runs = path.replace(/\/[^/]+$/, '');
        const candidate = await post(room, 'owner', runs, { name: 'second', data_source });
        for (const each of [run_id, candidate]) await storeResult(store(), room, { eval_id, run_id: each });
        return { path: `${runs.replace(/runs$/, 'comparison')}?baseline=${run_id}&candidate=${candidate}` };
      },
      contains: ['"pairs":1', '"verdict":"not_enough_data"'],
    },
  };
}
