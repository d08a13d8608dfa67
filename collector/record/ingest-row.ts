/**
 * One row for the Null table `ingest`: what a normaliser makes and the writer stores. Same names as the columns.
 * Every member is set; "unknown" is an empty string, 0, or -1 for `ttft_ms`.
 */
import type { SPAN_STATUSES, COST_SOURCES } from './span.ts';

export type IngestRow = {
  project_id: string;
  /** Milliseconds since the epoch, UTC. */
  started_at: number;
  /** 32 hex digits. */
  trace_id: string;
  /** 16 hex digits. */
  span_id: string;
  /** 16 hex digits, or '' for a root. */
  parent_span_id: string;
  origin: 'gateway' | 'otlp';
  /** Whether this span's tokens and cost enter the sums: leaf calls only, decided from the span alone. */
  counted: boolean;
  session_id: string;
  /** 16 hex digits: hash of what makes calls of one conversation neighbours on disk. */
  thread_key: string;
  user_id: string;
  key_id: string;
  span_type: string;
  operation: string;
  name: string;
  provider: string;
  upstream: string;
  request_model: string;
  response_model: string;
  response_id: string;
  status: (typeof SPAN_STATUSES)[number];
  http_status: number;
  error_type: string;
  prompt_name: string;
  prompt_version: number;
  stream: boolean;
  finish_reasons: string[];
  duration_ms: number;
  ttft_ms: number;
  input_tokens: number;
  output_tokens: number;
  usage: Record<string, number>;
  /** USD in units of 10^-12. */
  cost_total: bigint;
  costs: Record<string, bigint>;
  cost_source: (typeof COST_SOURCES)[number];
  tags: string[];
  metadata: Record<string, string>;
  attributes: Record<string, string>;
  dialect: string;
  input_preview: string;
  output_preview: string;
  search_text: string;
  writer: string;
  seq: number;
  /** Seconds since the epoch, UTC: frozen when the segment closed. */
  received_at: number;
  part: 'call' | 'late_event';
  /** JSON of Message[] (record/message.ts). */
  input_messages: string;
  output_messages: string;
  request_raw: Uint8Array;
  response_raw: Uint8Array;
  /** 32 bytes. */
  response_sha256: Uint8Array;
};
