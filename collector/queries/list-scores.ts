/** What was said of these calls? Each author's latest word, newest first. */
import type { Score, ScoreMark } from '../record/score.ts';
import type { Store } from '../store/client.ts';
import { isScoreOf, latestScores } from './latest-scores.ts';
import { runQuery } from './run.ts';

export type ScoredCall = { trace_id: string; span_id: string; response_id: string };

const MAX_SCORES = 100_000;

/** Either index finds it; a score of the one may be about none of the calls after all, which `isScoreOf` tells. */
const ABOUT_THESE = `c.trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))
  OR (c.response_id != '' AND c.response_id IN {response_ids:Array(String)})`;

/** ClickHouse takes parameters of up to 128 KB each. */
const MAX_IDS_CHARS = 60_000;

/** The scores of each of `calls`, in their order. @throws like `runQuery` */
export async function listScoresOf(
  store: Store,
  project_id: string,
  calls: readonly ScoredCall[],
  signal?: AbortSignal,
): Promise<Score[][]> {
  const all: Score[][] = [];
  for (const group of toGroups(calls)) all.push(...(await askForGroup(store, project_id, group, signal)));
  return all;
}

function toGroups(calls: readonly ScoredCall[]): ScoredCall[][] {
  const groups: ScoredCall[][] = [];
  let chars = MAX_IDS_CHARS;
  for (const call of calls) {
    chars += Math.max(JSON.stringify(call.response_id).length, call.trace_id.length + 3);
    if (chars < MAX_IDS_CHARS) groups.at(-1)?.push(call);
    else {
      groups.push([call]);
      chars = 0;
    }
  }
  return groups;
}

async function askForGroup(
  store: Store,
  project_id: string,
  calls: readonly ScoredCall[],
  signal: AbortSignal | undefined,
): Promise<Score[][]> {
  const rows = await runQuery<Score>(store, {
    name: 'list_scores_of',
    project_id,
    query: `SELECT * FROM (${latestScores(ABOUT_THESE)}) ORDER BY at DESC, score_id DESC`,
    params: {
      project_id,
      trace_ids: [...new Set(calls.map((call) => call.trace_id))],
      response_ids: calls.map((call) => call.response_id).filter((id) => id !== ''),
    },
    signal,
    max_rows: MAX_SCORES,
  });
  const byKey = Map.groupBy(rows, (score) => score.trace_id);
  const byResponse = Map.groupBy(rows, (score) => score.response_id);
  return calls.map((call) => {
    const near = [...(byKey.get(call.trace_id) ?? []), ...(byResponse.get(call.response_id) ?? [])];
    return [...new Set(near)].filter((score) => isScoreOf(score, call)).toSorted(newestFirst);
  });
}

const newestFirst = (a: Score, b: Score): number => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0);

/** Shown in a list, the most important names first. */
const MAX_MARKS = 20;

/** `scores` (newest first) in short, one mark per name and source, feedback before labels before evaluations. */
export function toMarks(scores: readonly Score[]): ScoreMark[] {
  const groups = Map.groupBy(scores, ({ name, source }) => `${SOURCE_ORDER[source]} ${name}`);
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_MARKS)
    .flatMap(([, said]) => {
      const [first] = said;
      if (!first) return [];
      const values = said.flatMap(({ value }) => value ?? []);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const label = said.find((score) => score.label !== '')?.label ?? '';
      const { name, source } = first;
      return [{ name, source, value: values.length > 0 ? mean : null, label, count: said.length }];
    });
}

const SOURCE_ORDER = { feedback: 1, label: 2, eval: 3 } as const;
