/** Which models a project's calls asked for. */
import type { Store } from '../store/client.ts';
import { runQuery } from './run.ts';

/** Models of chat calls that succeeded in the last 30 days, most used first. @throws like `runQuery` */
export async function listUsedModels(store: Store, project_id: string): Promise<string[]> {
  const rows = await runQuery<{ request_model: string }>(store, {
    name: 'list_used_models',
    project_id,
    query: `SELECT request_model FROM rollup_hour
      WHERE project_id = {project_id:String} AND hour >= now() - INTERVAL 30 DAY AND status = 'ok' AND request_model != ''
      GROUP BY request_model ORDER BY sum(calls) DESC LIMIT 50`,
    params: { project_id },
  });
  return rows.map((row) => row.request_model);
}
