/**
 * One recorded call: the row of `spans` as a reader gets it. Field names are the same in table, API and page.
 * Times are ISO 8601 UTC with milliseconds, durations milliseconds, money USD as a decimal string.
 */
import { z } from 'zod';
import { message } from './message.ts';

export const SPAN_STATUSES = ['ok', 'error', 'cancelled', 'interrupted'] as const;
export const COST_SOURCES = ['provider', 'table', 'override', 'estimated', 'unknown'] as const;

export const spanStatus = z.enum(SPAN_STATUSES);
export type SpanStatus = z.infer<typeof spanStatus>;

/** What a list shows; bodies are not part of it. */
export const spanListItem = z.object({
  trace_id: z.string().length(32),
  span_id: z.string().length(16),
  started_at: z.iso.datetime(),
  span_type: z.string(),
  operation: z.string(),
  name: z.string(),
  provider: z.string(),
  upstream: z.string(),
  request_model: z.string(),
  response_model: z.string(),
  /** The id that the answer had (`resp_...`, `chatcmpl-...`); '' where it had none. */
  response_id: z.string(),
  status: spanStatus,
  http_status: z.number().int(),
  error_type: z.string(),
  /** Of the managed prompt it was made from; '' and 0 where there is none. */
  prompt_name: z.string(),
  prompt_version: z.number().int(),
  stream: z.boolean(),
  duration_ms: z.number().int(),
  /** -1 when unknown. */
  ttft_ms: z.number().int(),
  input_tokens: z.number().int(),
  output_tokens: z.number().int(),
  /** USD; meaningless while `cost_source` is `unknown`. */
  cost_total: z.string(),
  cost_source: z.enum(COST_SOURCES),
  session_id: z.string(),
  user_id: z.string(),
  tags: z.array(z.string()),
  input_preview: z.string(),
  output_preview: z.string(),
});
export type SpanListItem = z.infer<typeof spanListItem>;

/** Everything known of one call, bodies included. Raw bodies are text; bytes that are no UTF-8 are base64. */
export const spanDetail = spanListItem.extend({
  parent_span_id: z.string(),
  origin: z.enum(['gateway', 'otlp']),
  key_id: z.string(),
  finish_reasons: z.array(z.string()),
  usage: z.record(z.string(), z.number()),
  costs: z.record(z.string(), z.string()),
  metadata: z.record(z.string(), z.string()),
  attributes: z.record(z.string(), z.string()),
  dialect: z.string(),
  writer: z.string(),
  seq: z.number().int(),
  received_at: z.iso.datetime(),
  input_messages: z.array(message),
  output_messages: z.array(message),
  request_raw: z.string(),
  response_raw: z.string(),
  raw_encoding: z.object({ request: z.enum(['utf-8', 'base64']), response: z.enum(['utf-8', 'base64']) }),
});
export type SpanDetail = z.infer<typeof spanDetail>;
