/** Which calls are there? Newest first, page by page: a page begins after the last row of the one before. */
import { AppError } from '../../errors.ts';
import type { ScoreMark } from '../record/score.ts';
import type { Store } from '../store/client.ts';
import { LIST_COLUMNS, type ListRow } from './call-columns.ts';
import { type CallFilter, toCondition } from './call-filter.ts';
import { listScoresOf, toMarks } from './list-scores.ts';
import { runQuery } from './run.ts';

export type CallPage = { calls: (ListRow & { scores: ScoreMark[] })[]; next_cursor: string | null };

/** @throws AppError invalid_query for a cursor that is none of ours, and like `runQuery` */
export async function listCalls(
  store: Store,
  project_id: string,
  { limit, cursor, ...filter }: CallFilter & { limit: number; cursor?: string | undefined },
): Promise<CallPage> {
  const condition = toCondition(project_id, filter);
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  // The first half lets the primary key skip what is newer; rows of one millisecond are told apart by the second.
  const position = `s.started_at <= fromUnixTimestamp64Milli({after_ms:Int64})
    AND (s.started_at, s.span_id) < (fromUnixTimestamp64Milli({after_ms:Int64}), {after_span:UInt64})`;
  const rows = await runQuery<ListRow>(store, {
    name: 'list_calls',
    project_id,
    query: `SELECT ${LIST_COLUMNS} FROM spans AS s
      WHERE ${condition.sql} ${after ? `AND ${position}` : ''}
      ORDER BY s.started_at DESC, s.span_id DESC LIMIT {rows:UInt32}`,
    // One more than asked for tells whether there is a next page.
    params: { ...condition.params, ...after, rows: limit + 1 },
  });
  const calls = rows.slice(0, limit);
  const last = calls.at(-1);
  const scores = await listScoresOf(store, project_id, calls);
  return {
    calls: calls.map((call, i) => ({ ...call, scores: toMarks(scores[i] ?? []) })),
    next_cursor: rows.length > limit && last ? toCursor(last) : null,
  };
}

function toCursor({ started_at, span_id }: ListRow): string {
  return `${Date.parse(started_at)}-${span_id}`;
}

function parseCursor(cursor: string): { after_ms: string; after_span: string } {
  const [, ms, span] = /^(\d{1,15})-([\da-f]{16})$/.exec(cursor) ?? [];
  if (!ms || !span) throw new AppError('invalid_query', 'cursor: is not one of ours', { param: 'cursor' });
  return { after_ms: ms, after_span: BigInt(`0x${span}`).toString() };
}
