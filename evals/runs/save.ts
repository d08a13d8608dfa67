/**
 * Writes what came of items: the result first, then the scores on the calls that were graded. Items are saved by
 * groups, whose bounds follow from the run alone; each group has one token in each table, so that a group that is
 * saved again after a kill is stored once, and of two attempts the first that was stored counts.
 */
import { type EvalResultRow, insertEvalResults } from '../../collector/append/eval-results.ts';
import { insertScores, type ScoreRow, toScoreRow } from '../../collector/append/scores.ts';
import { listUnscoredPositions } from '../../collector/queries/eval-run-progress.ts';
import { listEvalResults } from '../../collector/queries/list-eval-results.ts';
import type { EvalResult } from '../../collector/record/eval.ts';
import type { Store } from '../../collector/store/client.ts';
import type { Run } from './run.ts';
import { isGenerating } from './sample.ts';

/** Items without a model cost nothing but their INSERT, so many share one. */
const CHEAP_GROUP = 100;
/** An INSERT costs as much as a quick call: of long runs a few items share one, short ones show each item at once. */
const GROUPS: readonly (readonly [up_to: number, size: number])[] = [
  [100, 1],
  [1_000, 4],
  [Infinity, 16],
];

/** How many items are saved together: the same in every attempt. */
export function groupSize({ data_source, testing_criteria, total }: Run['body']): number {
  const asks =
    isGenerating(data_source) ||
    testing_criteria.some(
      (grader) =>
        grader.type === 'score_model' ||
        grader.type === 'label_model' ||
        (grader.type === 'text_similarity' && grader.evaluation_metric === 'cosine'),
    );
  return asks ? (GROUPS.find(([up_to]) => total <= up_to)?.[1] ?? 1) : CHEAP_GROUP;
}

/** Saves a whole group. @throws StoreError */
export async function saveGroup(
  store: Store,
  run: Run,
  { group, rows }: { group: number; rows: readonly EvalResultRow[] },
  signal: AbortSignal,
): Promise<void> {
  await insertEvalResults(store, rows, `eval_results/${run.run_id}/${group}`, signal);
  // The attempt before may have stored the group as it died: then its answers count, and theirs are the calls.
  const stored = run.isResumed ? await readGroup(store, run, group) : rows;
  await insertGroupScores(store, run, group, stored, signal);
}

/** Brings the scores of groups that were killed between result and scores. @throws StoreError */
export async function mendScores(store: Store, run: Run, signal: AbortSignal): Promise<void> {
  const size = groupSize(run.body);
  const positions = await listUnscoredPositions(store, run.project_id, run.run_id);
  for (const group of new Set(positions.map((position) => Math.floor(position / size)))) {
    await insertGroupScores(store, run, group, await readGroup(store, run, group), signal);
  }
}

async function readGroup(store: Store, run: Run, group: number): Promise<EvalResult[]> {
  const size = groupSize(run.body);
  const after = group === 0 ? undefined : group * size - 1;
  const page = { limit: size, order: 'asc', after } as const;
  const { results } = await listEvalResults(store, run.project_id, run.run_id, page);
  return results.filter(({ position }) => Math.floor(position / size) === group);
}

async function insertGroupScores(
  store: Store,
  run: Run,
  group: number,
  results: readonly EvalResult[],
  signal: AbortSignal,
): Promise<void> {
  await insertScores(store, toScores(run, results), `eval_scores/${run.run_id}/${group}`, signal);
}

/**
 * Scores of calls are named `<eval's name, or id>/<criterion>`; no name that a person may give has a slash. The
 * author is the evaluation, so that of two runs over the same call the later one counts.
 */
function toScores({ eval_name, project_id, run_id, body }: Run, stored: readonly EvalResult[]): ScoreRow[] {
  return stored.flatMap(({ trace_id, span_id, position, results, created_at }) =>
    results.flatMap(({ name, score, label, reason, error }, index) => {
      if (trace_id === '' || error) return [];
      const said = { trace_id, span_id, value: score, label, comment: reason, run_id, at: created_at };
      const score_id = `score_${run_id.replace(/^evalrun_/, '')}_${position}_${index}`;
      const by = { name: `${eval_name}/${name}`, source: 'eval', author: body.eval_id } as const;
      return [toScoreRow(project_id, { ...said, ...by, score_id })];
    }),
  );
}
