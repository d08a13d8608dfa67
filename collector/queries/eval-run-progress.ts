/** Which items of a run are done, and whose scores have not reached their calls yet? For a run that goes on. */
import type { Store } from '../store/client.ts';
import { runQuery } from './run.ts';

const MAX_ITEMS = 100_000;

/** Positions that have a result. @throws like `runQuery` */
export async function listDonePositions(
  store: Store,
  project_id: string,
  run_id: string,
): Promise<Set<number>> {
  const rows = await runQuery<{ position: number }>(store, {
    name: 'eval_run_done',
    project_id,
    query: `SELECT r.position AS position FROM eval_results AS r
      WHERE r.project_id = {project_id:String} AND r.run_id = {run_id:String}`,
    params: { project_id, run_id },
    max_rows: MAX_ITEMS,
  });
  return new Set(rows.map(({ position }) => position));
}

/** Positions whose result is of a call that no score of this run names. @throws like `runQuery` */
export async function listUnscoredPositions(
  store: Store,
  project_id: string,
  run_id: string,
): Promise<number[]> {
  const rows = await runQuery<{ position: number }>(store, {
    name: 'eval_run_unscored',
    project_id,
    query: `SELECT r.position AS position FROM eval_results AS r
      WHERE r.project_id = {project_id:String} AND r.run_id = {run_id:String}
        AND r.trace_id != toFixedString('', 16)
        AND (r.trace_id, r.span_id) NOT IN (
          SELECT c.trace_id, c.span_id FROM scores AS c
          WHERE c.project_id = {project_id:String} AND c.run_id = {run_id:String})
      ORDER BY position`,
    params: { project_id, run_id },
    max_rows: MAX_ITEMS,
  });
  return rows.map(({ position }) => position);
}
