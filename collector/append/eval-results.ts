/** Results of evaluation runs into their table. */
import { type EvalResult, RESULT_STATUSES } from '../record/eval.ts';
import type { Store } from '../store/client.ts';
import {
  type Column,
  insertRows,
  toJsonText,
  writeCount,
  writeMillis,
  writeSpanId,
  writeTraceId,
} from './insert-rows.ts';

export type EvalResultRow = EvalResult & { project_id: string; eval_id: string };

const COLUMNS: readonly Column<EvalResultRow>[] = [
  ['project_id', (out, row) => out.string(row.project_id)],
  ['eval_id', (out, row) => out.string(row.eval_id)],
  ['run_id', (out, row) => out.string(row.run_id)],
  ['position', (out, row) => out.uint32(row.position)],
  ['output_item_id', (out, row) => out.string(row.output_item_id)],
  ['item_key', (out, row) => out.string(row.item_key)],
  ['item', (out, row) => out.string(toJsonText(row.item))],
  ['status', (out, row) => out.uint8(RESULT_STATUSES.indexOf(row.status) + 1)],
  ['results', (out, row) => out.string(toJsonText(row.results))],
  ['sample_input', (out, row) => out.string(toJsonText(row.sample_input))],
  ['sample_output', (out, row) => out.string(row.sample_output)],
  ['sample_model', (out, row) => out.string(row.sample_model)],
  ['finish_reason', (out, row) => out.string(row.finish_reason)],
  ['trace_id', (out, row) => writeTraceId(out, row.trace_id)],
  ['span_id', (out, row) => writeSpanId(out, row.span_id)],
  ['input_tokens', (out, row) => writeCount(out, row.input_tokens)],
  ['output_tokens', (out, row) => writeCount(out, row.output_tokens)],
  ['duration_ms', (out, row) => writeCount(out, row.duration_ms)],
  ['error', (out, row) => out.string(row.error)],
  ['created_at', (out, row) => writeMillis(out, row.created_at)],
];

/**
 * Inserts `rows` once, however often it is called with the same `token`: of two attempts at the same items the first
 * that was stored counts, also where a model answered the second one differently.
 * @throws StoreError; the signal's reason when it was aborted
 */
export async function insertEvalResults(
  store: Store,
  rows: readonly EvalResultRow[],
  token: string,
  signal?: AbortSignal,
): Promise<void> {
  await insertRows(store, 'eval_results', COLUMNS, { rows, token, signal });
}
