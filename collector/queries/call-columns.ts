/** The columns of a call in a list, named and typed as in its record. Read from `spans AS s`: an alias hides its column. */
import { COST_SOURCES, type SpanListItem } from '../record/span.ts';

const SOURCES = COST_SOURCES.map((source) => `'${source}'`).join(', ');

/** What follows SELECT; its rows are `ListRow`s. */
export const LIST_COLUMNS = `
  lower(hex(s.trace_id)) AS trace_id, leftPad(lower(hex(s.span_id)), 16, '0') AS span_id,
  s.started_at AS started_at, s.span_type AS span_type, s.operation AS operation, s.name AS name,
  s.provider AS provider, s.upstream AS upstream, s.request_model AS request_model,
  s.response_model AS response_model, s.response_id AS response_id, s.status AS status, s.http_status AS http_status,
  s.error_type AS error_type, s.prompt_name AS prompt_name, s.prompt_version AS prompt_version, s.stream AS stream, s.duration_ms AS duration_ms, s.ttft_ms AS ttft_ms,
  s.input_tokens AS input_tokens, s.output_tokens AS output_tokens, toString(s.cost_total) AS cost_total,
  if(s.cost_source IN (${SOURCES}), s.cost_source, 'unknown') AS cost_source, s.session_id AS session_id, s.user_id AS user_id, s.tags AS tags,
  s.input_preview AS input_preview, s.output_preview AS output_preview`;

export type ListRow = SpanListItem;
