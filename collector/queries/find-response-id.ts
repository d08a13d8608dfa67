/** What id had this call's answer? */
import type { Store } from '../store/client.ts';
import { runQuery } from './run.ts';

/** '' where it had none, or the call is not there (yet). @throws like `runQuery` */
export async function findResponseId(
  store: Store,
  project_id: string,
  ids: { trace_id: string; span_id: string },
): Promise<string> {
  const [row] = await runQuery<{ response_id: string }>(store, {
    name: 'find_response_id',
    project_id,
    query: `SELECT s.response_id AS response_id FROM spans AS s
      WHERE s.project_id = {project_id:String} AND s.span_id = {span:UInt64}
        AND s.trace_id = toFixedString(unhex({trace_id:String}), 16) LIMIT 1`,
    params: { project_id, trace_id: ids.trace_id, span: BigInt(`0x${ids.span_id}`) },
  });
  return row?.response_id ?? '';
}
