/** Has a call arrived? */
import type { Store } from '../store/client.ts';
import { LIST_COLUMNS, type ListRow } from './call-columns.ts';
import { runQuery } from './run.ts';

/** The newest call of a project, if there is any. @throws like `runQuery` */
export async function findNewestCall(store: Store, project_id: string): Promise<ListRow | undefined> {
  const [row] = await runQuery<ListRow>(store, {
    name: 'newest_call',
    project_id,
    query: `SELECT ${LIST_COLUMNS} FROM spans AS s WHERE s.project_id = {project_id:String}
      ORDER BY s.started_at DESC, s.span_id DESC LIMIT 1`,
    params: { project_id },
  });
  return row;
}
