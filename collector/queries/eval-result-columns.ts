/** The columns of a result, named and typed as in its record. Read from `eval_results AS r`. */
import type { EvalResult, GraderResult } from '../record/eval.ts';

/** What follows SELECT; its rows are `EvalResultRow`s. */
export const EVAL_RESULT_COLUMNS = `r.output_item_id AS output_item_id, r.run_id AS run_id, r.position AS position,
  r.item_key AS item_key, r.item AS item, r.status AS status, r.results AS results, r.sample_input AS sample_input,
  r.sample_output AS sample_output, r.sample_model AS sample_model, r.finish_reason AS finish_reason,
  if(r.trace_id = toFixedString('', 16), '', lower(hex(r.trace_id))) AS trace_id,
  if(r.span_id = 0, '', leftPad(lower(hex(r.span_id)), 16, '0')) AS span_id,
  r.input_tokens AS input_tokens, r.output_tokens AS output_tokens, r.duration_ms AS duration_ms,
  r.error AS error, r.created_at AS created_at`;

export type EvalResultRow = Omit<EvalResult, 'item' | 'results' | 'sample_input'> &
  Record<'item' | 'results' | 'sample_input', string>;

/** The record of a row. */
export function toEvalResult(row: EvalResultRow): EvalResult {
  return {
    ...row,
    item: JSON.parse(row.item) as Record<string, unknown>,
    results: JSON.parse(row.results) as GraderResult[],
    sample_input: JSON.parse(row.sample_input) as Record<string, unknown>[],
  };
}
