/** An answer as OpenAI's older completions endpoint sends it, whole and streamed. */
import type OpenAI from 'openai';
import type { Answer, SseEvent } from './answer.ts';

/** The body of a completions call that does not stream. */
export function toTextCompletion(answer: Answer): OpenAI.Completion {
  return {
    id: `cmpl-${answer.key}`,
    object: 'text_completion',
    created: answer.created,
    model: answer.model,
    choices: [{ text: answer.pieces.join(''), index: 0, logprobs: null, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: answer.usage.input,
      completion_tokens: answer.usage.output,
      total_tokens: answer.usage.input + answer.usage.output,
    },
  };
}

/** The events of a streamed completions call, `[DONE]` included; usage under the same rule as for chat. */
export function toTextCompletionEvents(answer: Answer, options: { includeUsage: boolean }): SseEvent[] {
  const { usage, ...whole } = toTextCompletion(answer);
  const noUsage = options.includeUsage ? { usage: null } : {};
  const toChunk = (text: string, finish: 'stop' | null) => ({
    ...whole,
    choices: [{ text, index: 0, logprobs: null, finish_reason: finish }],
    ...noUsage,
  });
  const chunks: unknown[] = answer.pieces.map((piece) => toChunk(piece, null));
  chunks.push(toChunk('', 'stop'));
  if (options.includeUsage) chunks.push({ ...whole, choices: [], usage });
  return [...chunks.map((data) => ({ data })), { data: '[DONE]' }];
}
