/** Was a call refused for its key just now? Refused calls belong to no project, so this looks at theirs. */
import type { Store } from '../../store/client.ts';
import { runSystemQuery } from '../run.ts';

/** The project that collects calls whose key was not known; metadata only. */
export const REJECTED_PROJECT = '_rejected';

/** Time and path of the newest call refused in the last ten minutes. @throws like `runSystemQuery` */
export async function findLastRejected(store: Store): Promise<{ at: string; path: string } | undefined> {
  const [row] = await runSystemQuery<{ at: string; path: string }>(store, {
    name: 'last_rejected',
    query: `SELECT s.started_at AS at, s.attributes['url.path'] AS path FROM spans AS s
      WHERE s.project_id = {project_id:String} AND s.started_at >= now() - INTERVAL 10 MINUTE
      ORDER BY s.started_at DESC LIMIT 1`,
    params: { project_id: REJECTED_PROJECT },
  });
  return row;
}
