/** Scores into their table: feedback and labels by way of the outbox, a run's by way of its job. */
import { uuidv7 } from 'uuidv7';
import { type Score, SCORE_SOURCES } from '../record/score.ts';
import type { Store } from '../store/client.ts';
import { type Column, insertRows, writeMicros, writeSpanId, writeTraceId } from './insert-rows.ts';

export type ScoreRow = Score & { project_id: string };

type Said = Pick<Score, 'name' | 'source' | 'author'> & Partial<Score>;

/**
 * A whole row of what is said; what is not said is empty. `score_id` and `at` are made here unless given. A job that
 * may write the same score again gives both, so that a repeated batch has the same bytes.
 */
export function toScoreRow(project_id: string, said: Said): ScoreRow {
  return {
    project_id,
    score_id: `score_${uuidv7()}`,
    trace_id: '',
    span_id: '',
    response_id: '',
    value: null,
    label: '',
    comment: '',
    correction: '',
    run_id: '',
    retracted: false,
    at: nowInMicros(),
    ...said,
  };
}

const SCORE_COLUMNS: readonly Column<ScoreRow>[] = [
  ['project_id', (out, row) => out.string(row.project_id)],
  ['score_id', (out, row) => out.string(row.score_id)],
  ['trace_id', (out, row) => writeTraceId(out, row.trace_id)],
  ['span_id', (out, row) => writeSpanId(out, row.span_id)],
  ['response_id', (out, row) => out.string(row.response_id)],
  ['name', (out, row) => out.string(row.name)],
  ['source', (out, row) => out.uint8(SCORE_SOURCES.indexOf(row.source) + 1)],
  ['has_value', (out, row) => out.uint8(row.value === null ? 0 : 1)],
  ['value', (out, row) => out.float64(row.value ?? 0)],
  ['label', (out, row) => out.string(row.label)],
  ['comment', (out, row) => out.string(row.comment)],
  ['correction', (out, row) => out.string(row.correction)],
  ['author', (out, row) => out.string(row.author)],
  ['run_id', (out, row) => out.string(row.run_id)],
  ['retracted', (out, row) => out.uint8(row.retracted ? 1 : 0)],
  ['at', (out, row) => writeMicros(out, row.at)],
];

/**
 * Inserts `rows` once, however often it is called with the same rows and `token`.
 * @throws StoreError; the signal's reason when it was aborted
 */
export async function insertScores(
  store: Store,
  rows: readonly ScoreRow[],
  token: string,
  signal?: AbortSignal,
): Promise<void> {
  await insertRows(store, 'scores', SCORE_COLUMNS, { rows, token, signal });
}

let last = 0;

/** Now, in microseconds, and later than every time before: of two things said at once the second counts. */
function nowInMicros(): string {
  last = Math.max(Date.now() * 1000, last + 1);
  const millis = Math.floor(last / 1000);
  const micros = String(last % 1000).padStart(3, '0');
  return new Date(millis).toISOString().replace('Z', `${micros}Z`);
}
