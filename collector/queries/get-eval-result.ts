/** What came of one item of a run? */
import type { EvalResult } from '../record/eval.ts';
import type { Store } from '../store/client.ts';
import { EVAL_RESULT_COLUMNS, type EvalResultRow, toEvalResult } from './eval-result-columns.ts';
import { runQuery } from './run.ts';

/** Undefined where it is not done (yet). @throws like `runQuery` */
export async function findEvalResult(
  store: Store,
  project_id: string,
  { run_id, position }: { run_id: string; position: number },
): Promise<EvalResult | undefined> {
  const [row] = await runQuery<EvalResultRow>(store, {
    name: 'get_eval_result',
    project_id,
    query: `SELECT ${EVAL_RESULT_COLUMNS} FROM eval_results AS r
      WHERE r.project_id = {project_id:String} AND r.run_id = {run_id:String} AND r.position = {position:UInt32}
      LIMIT 1`,
    params: { project_id, run_id, position },
  });
  return row && toEvalResult(row);
}
