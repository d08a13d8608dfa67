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
const COUNTED_CHARS = 200_000;

function count(text: string): number {
  if (text.length <= COUNTED_CHARS) return countTokens(text);
  return Math.round((countTokens(text.slice(0, COUNTED_CHARS)) * text.length) / COUNTED_CHARS);
}

export function estimateUsage(input: readonly Message[], output: readonly Message[]): Usage {
  const inputTokens = count(toWholeText(input)) + input.length * PER_MESSAGE + PER_ANSWER;
  const outputTokens = count(toWholeText(output));
  return { input_tokens: inputTokens, ...(outputTokens > 0 ? { output_tokens: outputTokens } : {}) };
}
