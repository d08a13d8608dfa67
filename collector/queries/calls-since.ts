/** Which calls were stored of late? First who they are, then, of those not yet known, what they are. */
import type { Store } from '../store/client.ts';
import { LIST_COLUMNS, type ListRow } from './call-columns.ts';
import { runQuery } from './run.ts';

/** Names one stored row: its writer and that writer's number for it. */
export type CallKey = { writer: string; seq: string };

const MAX_KEYS = 100_000;
const MAX_CALLS = 500;

/*
 * A call that began more than a day before it was stored is no news (an import, say), and with the bound on
 * `started_at` the primary key keeps this from reading the whole project each second.
 */
const RECENT = `s.project_id = {project_id:String} AND s.received_at >= fromUnixTimestamp({since_s:Int64})
  AND s.started_at >= fromUnixTimestamp({since_s:Int64}) - INTERVAL 1 DAY`;

/** Keys of the calls received at `since` (seconds since the epoch) or later. @throws like `runQuery` */
export async function listCallKeysSince(
  store: Store,
  project_id: string,
  since: number,
): Promise<(CallKey & { received_s: number })[]> {
  return runQuery(store, {
    name: 'call_keys_since',
    project_id,
    query: `SELECT s.writer AS writer, s.seq AS seq, toUInt32(s.received_at) AS received_s FROM spans AS s
      WHERE ${RECENT} ORDER BY s.received_at DESC LIMIT ${MAX_KEYS}`,
    params: { project_id, since_s: since },
    max_rows: MAX_KEYS,
  });
}

/** The calls of `keys` (the first 500 of them), oldest first. @throws like `runQuery` */
export async function listCallsOfKeys(
  store: Store,
  project_id: string,
  since: number,
  keys: readonly CallKey[],
): Promise<(ListRow & CallKey)[]> {
  const some = keys.slice(0, MAX_CALLS);
  return runQuery(store, {
    name: 'calls_of_keys',
    project_id,
    query: `SELECT ${LIST_COLUMNS}, s.writer AS writer, s.seq AS seq FROM spans AS s
      WHERE ${RECENT} AND (s.writer, s.seq) IN (
        SELECT arrayJoin(arrayZip({writers:Array(String)}, {seqs:Array(UInt64)})) AS pair)
      ORDER BY s.started_at, s.span_id`,
    params: {
      project_id,
      since_s: since,
      writers: some.map((key) => key.writer),
      seqs: some.map((key) => BigInt(key.seq)),
    },
  });
}
