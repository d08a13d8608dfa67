/** What a dialect makes of one call's bodies; the frame around it (ids, times, project) comes from the span. */
import type { Message } from '../record/message.ts';

/** Token kinds; `input_tokens` includes what was read from and written to a cache, `output_tokens` the reasoning. */
export const TOKEN_KINDS = [
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'input_audio_tokens',
  'output_audio_tokens',
] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];
export type Usage = Partial<Record<TokenKind, number>>;

export type Parsed = {
  input: Message[];
  output: Message[];
  /** Undefined where the upstream did not say. */
  usage: Usage | undefined;
  request_model: string;
  response_model: string;
  response_id: string;
  finish_reasons: string[];
  /** An error inside an answer that began well (an error event of a stream, a failed response). */
  error: { type: string; message: string } | undefined;
};

/** One way in: reads request and answer (a JSON object, or the objects of an event stream). */
export type Dialect = {
  readonly name: string;
  readonly span_type: 'llm' | 'embedding' | 'retrieval';
  parse(request: Record<string, unknown>, answer: Answer): Parsed;
};

export type Answer = { object: Record<string, unknown> | undefined; events: Record<string, unknown>[] };

/** Zero kinds are left out, so that a map says only what there was. */
export function toUsage(kinds: Record<TokenKind, number>): Usage {
  return Object.fromEntries(Object.entries(kinds).filter(([, count]) => count > 0)) as Usage;
}
