/** What did the provider call the answers of these calls? Scores may name a call by that alone. */
import type { Store } from '../store/client.ts';
import { runQuery } from './run.ts';

type Ids = { trace_id: string; span_id: string };

const MAX_CALLS = 10_000;

/** The response id of each of `calls` (at most 10,000), in their order; '' where there is none. @throws like `runQuery` */
export async function listResponseIds(
  store: Store,
  project_id: string,
  calls: readonly Ids[],
  signal?: AbortSignal,
): Promise<string[]> {
  const named = calls.filter(({ trace_id, span_id }) => trace_id !== '' && span_id !== '');
  if (named.length === 0) return calls.map(() => '');
  const rows = await runQuery<Ids & { response_id: string }>(store, {
    name: 'list_response_ids',
    project_id,
    query: `SELECT lower(hex(s.trace_id)) AS trace_id, leftPad(lower(hex(s.span_id)), 16, '0') AS span_id,
        s.response_id AS response_id
      FROM spans AS s
      WHERE s.project_id = {project_id:String} AND s.response_id != ''
        AND s.trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))
        AND s.span_id IN {spans:Array(UInt64)}
      LIMIT ${MAX_CALLS}`,
    params: {
      project_id,
      trace_ids: [...new Set(named.map(({ trace_id }) => trace_id))],
      spans: named.map(({ span_id }) => BigInt(`0x${span_id}`)),
    },
    signal,
  });
  const byCall = new Map(rows.map((row) => [row.trace_id + row.span_id, row.response_id]));
  return calls.map(({ trace_id, span_id }) => byCall.get(trace_id + span_id) ?? '');
}
