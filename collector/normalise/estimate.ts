/**
 * Tokens counted here because the upstream did not say: o200k_base, the encoding of OpenAI's newer models, as a
 * stand-in for all. Such a count is marked as estimated wherever it shows.
 */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { Message } from '../record/message.ts';
import type { Usage } from './parsed.ts';
import { toWholeText } from './text.ts';

/** What OpenAI adds around each message, and before the answer (cookbook, "How to count tokens"). */
const PER_MESSAGE = 3;
const PER_ANSWER = 3;
/** Beyond this the text is sampled: the estimate need not cost more than the call. */
const COUNTED_CHARS = 100_000;
/** The time to encode an unbroken run grows with its square (200,000 letters: 45 s), so long ones are cut. */
const LONG_RUN = /[\p{L}\p{M}]{200}|\s{200}|[^\s\p{L}\p{N}]{200}/gu;
/** A text may well speak of `<|endoftext|>`; that is no token of ours to refuse. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

function count(text: string): number {
  const sample = text.slice(0, COUNTED_CHARS);
  let tokens = 0;
  let from = 0;
  for (const run of sample.matchAll(LONG_RUN)) {
    const end = run.index + run[0].length;
    tokens += countTokens(sample.slice(from, end), AS_TEXT);
    from = end;
  }
  tokens += countTokens(sample.slice(from), AS_TEXT);
  return text.length > COUNTED_CHARS ? Math.round((tokens * text.length) / COUNTED_CHARS) : tokens;
}

export function estimateUsage(input: readonly Message[], output: readonly Message[]): Usage {
  const inputTokens = count(toWholeText(input)) + input.length * PER_MESSAGE + PER_ANSWER;
  const outputTokens = count(toWholeText(output));
  return { input_tokens: inputTokens, ...(outputTokens > 0 ? { output_tokens: outputTokens } : {}) };
}
