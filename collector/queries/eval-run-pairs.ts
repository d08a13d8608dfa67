/** Which items have two runs judged, and what did each say? Paired by item key. */
import type { GraderResult } from '../record/eval.ts';
import type { Store } from '../store/client.ts';
import { runQuery } from './run.ts';

export type RunSide = {
  status: 'pass' | 'fail' | 'error';
  results: GraderResult[];
  output: string;
  output_item_id: string;
};
export type RunPair = {
  item_key: string;
  item: Record<string, unknown>;
  baseline: RunSide;
  candidate: RunSide;
};

type Row = { item_key: string; item: string; in_both: number } & Record<
  'baseline' | 'candidate',
  [status: RunSide['status'], results: string, output: string, output_item_id: string]
>;

const MAX_ITEMS = 100_000;
/** Enough to recognise an answer by; the whole one is the output item's. */
const PREVIEW = 2_000;

/** A run never has two results of one key, so what is any of one is the one. */
const side = (run: 'baseline' | 'candidate'): string =>
  `anyIf((toString(r.status), r.results, substringUTF8(r.sample_output, 1, ${PREVIEW}), r.output_item_id),
    r.run_id = {${run}:String}) AS ${run}, countIf(r.run_id = {${run}:String}) AS of_${run}`;

const isIn = (count: string): boolean => count !== '0';

/** Pairs in the order of the candidate's items, and how many only one of the two has. @throws like `runQuery` */
export async function listRunPairs(
  store: Store,
  project_id: string,
  runs: { baseline: string; candidate: string },
): Promise<{ pairs: RunPair[]; only_baseline: number; only_candidate: number }> {
  const rows = await runQuery<Row & { of_baseline: string; of_candidate: string }>(store, {
    name: 'eval_run_pairs',
    project_id,
    query: `SELECT r.item_key AS item_key, any(r.item) AS item, ${side('baseline')}, ${side('candidate')}
      FROM eval_results AS r
      WHERE r.project_id = {project_id:String} AND r.run_id IN ({baseline:String}, {candidate:String})
      GROUP BY item_key ORDER BY max(if(r.run_id = {candidate:String}, r.position, 0)), item_key`,
    params: { project_id, ...runs },
    max_rows: MAX_ITEMS,
  });
  const both = rows.filter((row) => isIn(row.of_baseline) && isIn(row.of_candidate));
  return {
    pairs: both.map((row) => ({
      item_key: row.item_key,
      item: JSON.parse(row.item) as Record<string, unknown>,
      baseline: toSide(row.baseline),
      candidate: toSide(row.candidate),
    })),
    only_baseline: rows.filter((row) => !isIn(row.of_candidate)).length,
    only_candidate: rows.filter((row) => !isIn(row.of_baseline)).length,
  };
}

function toSide([status, results, output, output_item_id]: Row['baseline']): RunSide {
  return { status, results: JSON.parse(results) as GraderResult[], output, output_item_id };
}
