/** What was said of this project's calls? Newest first, page by page; what was overtaken or taken back is left out. */
import { AppError } from '../../errors.ts';
import type { Score } from '../record/score.ts';
import type { Store } from '../store/client.ts';
import { latestIds, SCORE_COLUMNS } from './latest-scores.ts';
import { runQuery } from './run.ts';

export type ScoreQuestion = {
  trace_id?: string | undefined;
  response_id?: string | undefined;
  name?: string | undefined;
  source?: Score['source'] | undefined;
  limit: number;
  cursor?: string | undefined;
};

/** @throws AppError invalid_query for a cursor or a trace that cannot be, and like `runQuery` */
export async function listFeedback(
  store: Store,
  project_id: string,
  { limit, cursor, ...about }: ScoreQuestion,
): Promise<{ scores: Score[]; next_cursor: string | null }> {
  const scope = toScope(about);
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  const rows = await runQuery<Score>(store, {
    name: 'list_feedback',
    project_id,
    query: `SELECT ${SCORE_COLUMNS} FROM scores AS c
      WHERE c.project_id = {project_id:String} AND (c.name, c.at, c.score_id) IN (
        SELECT name, at, score_id FROM (${latestIds(scope)}) AS l
        ${after ? `WHERE (l.at, l.score_id) < (fromUnixTimestamp64Micro({after_at:Int64}), {after_id:String})` : ''}
        ORDER BY l.at DESC, l.score_id DESC LIMIT {rows:UInt32})
      ORDER BY c.at DESC, c.score_id DESC`,
    params: { project_id, ...about, ...after, rows: limit + 1 },
  });
  const scores = rows.slice(0, limit);
  const last = scores.at(-1);
  return { scores, next_cursor: rows.length > limit && last ? toCursor(last) : null };
}

function toScope({ trace_id, response_id, name, source }: Omit<ScoreQuestion, 'limit' | 'cursor'>): string {
  if (trace_id !== undefined && !/^[\da-f]{32}$/.test(trace_id)) {
    throw new AppError('invalid_query', 'trace_id: is 32 hex digits', { param: 'trace_id' });
  }
  const parts = [
    ...(trace_id ? ['c.trace_id = toFixedString(unhex({trace_id:String}), 16)'] : []),
    ...(response_id ? ['c.response_id = {response_id:String}'] : []),
    ...(name ? ['c.name = {name:String}'] : []),
    ...(source ? ['c.source = {source:String}'] : []),
  ];
  return parts.length > 0 ? parts.join(' AND ') : 'true';
}

/** Microseconds and the id: `at` as it comes from the database has six decimals. */
function toCursor({ at, score_id }: Score): string {
  return `${Date.parse(at)}${at.slice(-4, -1)}-${score_id}`;
}

function parseCursor(cursor: string): { after_at: string; after_id: string } {
  const [, after_at, after_id] = /^(\d{1,18})-([\w-]{1,100})$/.exec(cursor) ?? [];
  if (!after_at || !after_id) {
    throw new AppError('invalid_query', 'cursor: is not one of ours', { param: 'cursor' });
  }
  return { after_at, after_id };
}
