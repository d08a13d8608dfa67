/** What OPEN and CLOSE frames say of a call, and a call put together again. Names are short: they are on disk. */
import type { Outcome } from '../record/attributes.ts';

/** Which managed prompt a call was made from. */
export type CallPrompt = {
  id: string;
  name: string;
  version: number;
  /** By which the version was found; '' where it was asked for by number or there is none. */
  label: string;
  /** What was filled in, long texts cut. */
  variables: Record<string, string>;
};

/** Written while the upstream call is already under way. */
export type CallOpen = {
  /** Milliseconds since the epoch; may have a fraction. */
  started_at: number;
  trace_id: string;
  span_id: string;
  /** 16 hex digits of the caller's span, or ''. */
  parent_span_id: string;
  project_id: string;
  key_id: string;
  upstream: string;
  server: string;
  method: string;
  path: string;
  query: string;
  /** GenAI operation (`chat`, `embeddings` ...), or '' for what is recorded by shape alone. */
  operation: string;
  provider: string;
  model: string;
  stream: boolean;
  /** True when `stream_options.include_usage` was added on the way. */
  usage_injected: boolean;
  /** Why one of our own rooms asked (`judge`, `playground` ...). */
  purpose?: string;
  prompt?: CallPrompt;
  headers: Record<string, string>;
};

/** Written before the terminating chunk of the answer is released. */
export type CallClose = {
  outcome: Outcome;
  status: number;
  error_type: string;
  duration_ms: number;
  /** To the first byte of the body; -1 where there was none. */
  ttft_ms: number;
  headers: Record<string, string>;
  /** Bytes of the bodies as they were on the wire, captured or not. */
  request_size: number;
  response_size: number;
  truncated: boolean;
  /** Segments that hold this call's earlier frames. */
  segments: number[];
};

/** A finished (or interrupted) call, assembled from its frames. */
export type SpooledCall = {
  seq: number;
  open: CallOpen;
  /** Absent for a call whose writer died: it is `interrupted`. */
  close: CallClose | undefined;
  request: Buffer;
  /** The answer's bytes, in the pieces they were written in. */
  response: Buffer[];
};
