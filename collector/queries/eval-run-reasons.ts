/** Why did items of a run end in error? Each reason with its count, most frequent first. */
import type { Store } from '../store/client.ts';
import { runQuery } from './run.ts';

/** @throws like `runQuery` */
export async function listErrorReasons(
  store: Store,
  project_id: string,
  run_id: string,
): Promise<{ reason: string; items: number }[]> {
  const rows = await runQuery<{ reason: string; items: string }>(store, {
    name: 'eval_run_reasons',
    project_id,
    query: `SELECT r.error AS reason, count() AS items FROM eval_results AS r
      WHERE r.project_id = {project_id:String} AND r.run_id = {run_id:String} AND r.status = 'error'
      GROUP BY reason ORDER BY items DESC, reason LIMIT 10`,
    params: { project_id, run_id },
  });
  return rows.map(({ reason, items }) => ({ reason, items: Number(items) }));
}
