/** What came of each item of a run? By position, page by page. */
import type { EvalResult } from '../record/eval.ts';
import type { Store } from '../store/client.ts';
import { EVAL_RESULT_COLUMNS, type EvalResultRow, toEvalResult } from './eval-result-columns.ts';
import { runQuery } from './run.ts';

export type EvalResultPage = { results: EvalResult[]; has_more: boolean };

/**
 * Items after (or before) a position, in the asked order; with `before` alone the page that ends there.
 * @throws like `runQuery`
 */
export async function listEvalResults(
  store: Store,
  project_id: string,
  run_id: string,
  page: {
    limit: number;
    order: 'asc' | 'desc';
    after?: number | undefined;
    before?: number | undefined;
    status?: EvalResult['status'] | undefined;
  },
): Promise<EvalResultPage> {
  const { limit, order, after, before, status } = page;
  const isBackward = before !== undefined && after === undefined;
  const isAscending = (order === 'asc') !== isBackward;
  const [beyond, short] = order === 'asc' ? ['>', '<'] : ['<', '>'];
  const conditions = [
    'r.project_id = {project_id:String}',
    'r.run_id = {run_id:String}',
    ...(after === undefined ? [] : [`r.position ${beyond} {after:UInt32}`]),
    ...(before === undefined ? [] : [`r.position ${short} {before:UInt32}`]),
    ...(status === undefined ? [] : ['toString(r.status) = {status:String}']),
  ];
  const rows = await runQuery<EvalResultRow>(store, {
    name: 'list_eval_results',
    project_id,
    query: `SELECT ${EVAL_RESULT_COLUMNS} FROM eval_results AS r WHERE ${conditions.join(' AND ')}
      ORDER BY r.position ${isAscending ? 'ASC' : 'DESC'} LIMIT {rows:UInt32}`,
    // One more than asked for tells whether there is a next page.
    params: { project_id, run_id, after, before, status, rows: limit + 1 },
  });
  const results = rows.slice(0, limit).map(toEvalResult);
  return { results: isBackward ? results.toReversed() : results, has_more: rows.length > limit };
}
