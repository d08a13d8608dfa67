/** What is saved of a run, in a real database: once, and whole, wherever an attempt died. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvalResultRow } from '../../../collector/append/eval-results.ts';
import { listDonePositions, listUnscoredPositions } from '../../../collector/queries/eval-run-progress.ts';
import { listErrorReasons } from '../../../collector/queries/eval-run-reasons.ts';
import { listRunPairs } from '../../../collector/queries/eval-run-pairs.ts';
import { getRunSummaries } from '../../../collector/queries/eval-run-summary.ts';
import { listEvalResults } from '../../../collector/queries/list-eval-results.ts';
import { grader } from '../../../collector/record/grader.ts';
import { openStore, type Store } from '../../../collector/store/client.ts';
import { migrate } from '../../../collector/store/migrate.ts';
import { toOutputItemId } from '../../../evals/runs/grade-run-item.ts';
import type { Run } from '../../../evals/runs/run.ts';
import { groupSize, mendScores, saveGroup } from '../../../evals/runs/save.ts';
import { EQUAL } from '../../kit/evals.ts';
import { startTestEngine, type TestEngine } from '../../kit/engine.ts';

let engine: TestEngine;
let store: Store;
beforeAll(async () => {
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await engine.stop();
});

const { signal } = new AbortController();
const criteria = [grader.parse(EQUAL)];
const judged = grader.parse({
  type: 'score_model',
  name: 'j',
  model: 'm',
  input: [{ role: 'user', content: 'x' }],
});

/** Of a run nothing is needed here but what names it. */
function toRun(run_id: string, isResumed = false, testing_criteria = criteria): Run {
  const data_source = { type: 'jsonl', source: { type: 'file_content', content: [] } } as const;
  const body = { eval_id: 'eval_1', testing_criteria, data_source, total: 7 } as unknown as Run['body'];
  return {
    context: {} as Run['context'],
    project_id: 'p1',
    run_id,
    body,
    created_at: '',
    eval_name: 'mine',
    isResumed,
    judgeFormats: new Map(),
  };
}

function row(run_id: string, position: number, change: Partial<EvalResultRow> = {}): EvalResultRow {
  return {
    project_id: 'p1',
    eval_id: 'eval_1',
    run_id,
    output_item_id: toOutputItemId(run_id, position),
    position,
    item_key: `k${position}`,
    item: { n: position },
    status: 'pass',
    results: [
      { name: 'equal', type: 'string_check', score: 1, passed: true, label: '', reason: '', error: false },
    ],
    sample_input: [],
    sample_output: `answer ${position}`,
    sample_model: 'm',
    finish_reason: 'stop',
    trace_id: `a${position}`.padStart(32, '0'),
    span_id: `b${position}`.padStart(16, '0'),
    input_tokens: 2,
    output_tokens: 1,
    duration_ms: 5,
    error: '',
    created_at: '2026-11-22T10:00:00.000Z',
    ...change,
  };
}

async function listScores(run_id: string) {
  const answer = await store.system.query({
    query: `SELECT lower(hex(trace_id)) AS trace_id, name, value FROM scores WHERE run_id = {run_id:String} ORDER BY trace_id`,
    query_params: { run_id },
    format: 'JSONEachRow',
  });
  return answer.json<{ trace_id: string; name: string; value: number }>();
}

describe('groups', () => {
  it('are many items where no model is asked; else fewer, and single ones where that is felt', () => {
    const body = toRun('r').body;
    expect(groupSize(body)).toBe(100);
    const judging = { ...body, testing_criteria: [...criteria, judged] };
    expect([1, 100, 101, 1_000, 5_000].map((total) => groupSize({ ...judging, total }))).toEqual([
      1, 1, 4, 4, 16,
    ]);
    const asking: Run['body']['data_source'] = {
      type: 'responses',
      model: 'm',
      source: { type: 'file_content', content: [] },
    };
    expect(groupSize({ ...body, data_source: asking, total: 7 })).toBe(1);
  });

  it('count also where a judge was quoted to the middle of an emoji', async () => {
    const { name, type } = EQUAL;
    const cut = { name, type, score: null, passed: false, label: '', reason: 'It said: \ud83d', error: true };
    await saveGroup(
      store,
      toRun('cut'),
      { group: 0, rows: [row('cut', 0, { status: 'error', results: [cut], item: { text: '\udc4d' } })] },
      signal,
    );
    const summary = (await getRunSummaries(store, 'p1', ['cut'])).get('cut');
    expect(summary?.criteria).toEqual([{ name, passed: 0, failed: 0, errored: 1, mean_score: null }]);
  });

  it('saved twice are stored once, and the first answer counts', async () => {
    const run = toRun('twice');
    const rows = [row('twice', 0), row('twice', 1)];
    await saveGroup(store, run, { group: 0, rows: rows }, signal);
    const again = rows.map((each) => ({ ...each, trace_id: 'f'.repeat(32), sample_output: 'other' }));
    await saveGroup(store, toRun('twice', true), { group: 0, rows: again }, signal);
    const { results } = await listEvalResults(store, 'p1', 'twice', { limit: 10, order: 'asc' });
    expect(results.map(({ sample_output }) => sample_output)).toEqual(['answer 0', 'answer 1']);
    expect(await listScores('twice')).toEqual(
      rows.map(({ trace_id }) => ({ trace_id, name: 'mine/equal', value: 1 })),
    );
  });

  it('whose results were stored by an attempt that died get the scores of those results', async () => {
    const { insertEvalResults } = await import('../../../collector/append/eval-results.ts');
    const stored = row('died', 0);
    await insertEvalResults(store, [stored], 'eval_results/died/0');
    // Nobody has seen it stored: the item was asked once more, and so another call was made.
    await saveGroup(
      store,
      toRun('died', true),
      { group: 0, rows: [row('died', 0, { trace_id: 'e'.repeat(32) })] },
      signal,
    );
    expect(await listScores('died')).toEqual([{ trace_id: stored.trace_id, name: 'mine/equal', value: 1 }]);
  });

  it('killed between result and scores are mended, once', async () => {
    const { insertEvalResults } = await import('../../../collector/append/eval-results.ts');
    const rows = Array.from({ length: 3 }, (_, i) => row('torn', i));
    await insertEvalResults(store, rows, 'eval_results/torn/0');
    expect([...(await listDonePositions(store, 'p1', 'torn'))].toSorted()).toEqual([0, 1, 2]);
    expect(await listUnscoredPositions(store, 'p1', 'torn')).toEqual([0, 1, 2]);
    await mendScores(store, toRun('torn', true), signal);
    await mendScores(store, toRun('torn', true), signal);
    expect(await listUnscoredPositions(store, 'p1', 'torn')).toEqual([]);
    expect((await listScores('torn')).map(({ trace_id }) => trace_id)).toEqual(
      rows.map(({ trace_id }) => trace_id),
    );
  });
});

describe('what came of a run', () => {
  const failing = {
    name: 'equal',
    type: 'string_check',
    score: null,
    passed: false,
    label: '',
    reason: 'why',
    error: true,
  };
  beforeAll(async () => {
    const rows = Array.from({ length: 7 }, (_, i) => row('base', i, i % 3 === 1 ? { status: 'fail' } : {}));
    await saveGroup(store, toRun('base'), { group: 0, rows: rows }, signal);
    const others = [
      row('cand', 0),
      row('cand', 3, { status: 'error', error: 'equal: why', results: [failing] }),
      row('cand', 8, { status: 'error', error: 'equal: why', results: [failing], trace_id: '', span_id: '' }),
    ];
    await saveGroup(store, toRun('cand'), { group: 0, rows: others }, signal);
  });

  it('is counted by status, criterion and model', async () => {
    const summaries = await getRunSummaries(store, 'p1', ['base', 'cand', 'none']);
    expect([...summaries.keys()].toSorted()).toEqual(['base', 'cand']);
    expect(summaries.get('base')).toMatchObject({ passed: 5, failed: 2, errored: 0 });
    expect(summaries.get('cand')).toEqual({
      passed: 1,
      failed: 0,
      errored: 2,
      criteria: [{ name: 'equal', passed: 1, failed: 0, errored: 2, mean_score: 1 }],
      models: [{ model: 'm', calls: 3, input_tokens: 6, output_tokens: 3 }],
    });
    expect(await getRunSummaries(store, 'p2', ['base'])).toEqual(new Map());
    expect(await listErrorReasons(store, 'p1', 'cand')).toEqual([{ reason: 'equal: why', items: 2 }]);
  });

  it('is paged both ways, by order and status', async () => {
    const positions = async (page: Omit<Parameters<typeof listEvalResults>[3], 'limit'>) => {
      const { results, has_more } = await listEvalResults(store, 'p1', 'base', { limit: 3, ...page });
      return [results.map(({ position }) => position), has_more];
    };
    expect(await positions({ order: 'asc' })).toEqual([[0, 1, 2], true]);
    expect(await positions({ order: 'asc', after: 5 })).toEqual([[6], false]);
    expect(await positions({ order: 'desc' })).toEqual([[6, 5, 4], true]);
    expect(await positions({ order: 'desc', after: 2 })).toEqual([[1, 0], false]);
    expect(await positions({ order: 'asc', before: 4 })).toEqual([[1, 2, 3], true]);
    expect(await positions({ order: 'desc', before: 2 })).toEqual([[5, 4, 3], true]);
    expect(await positions({ order: 'asc', status: 'fail' })).toEqual([[1, 4], false]);
  });

  it('is paired by item', async () => {
    const found = await listRunPairs(store, 'p1', { baseline: 'base', candidate: 'cand' });
    expect(found).toMatchObject({ only_baseline: 5, only_candidate: 1 });
    expect(
      found.pairs.map(({ item_key, item, baseline, candidate }) => [
        item_key,
        item,
        baseline.status,
        candidate.status,
      ]),
    ).toEqual([
      ['k0', { n: 0 }, 'pass', 'pass'],
      ['k3', { n: 3 }, 'pass', 'error'],
    ]);
    expect(found.pairs[1]?.candidate.results).toEqual([failing]);
  });
});
