/** Answers of Chat Completions in the shapes of the stock SDK's types. */
import type OpenAI from 'openai';

type Completion = OpenAI.Chat.ChatCompletion;
type Chunk = OpenAI.Chat.ChatCompletionChunk;
type ChunkChoice = Chunk['choices'][number];
export type Delta = ChunkChoice['delta'] & Record<string, unknown>;

export const HEAD = { id: 'chatcmpl-1', created: 1_790_000_000, model: 'gpt-4o-mini-2024-07-18' };

export function completion(
  message: Partial<OpenAI.Chat.ChatCompletionMessage>,
  more: Partial<Completion> = {},
): Completion {
  const whole = { role: 'assistant' as const, content: null, refusal: null, ...message };
  return {
    ...HEAD,
    object: 'chat.completion',
    choices: [{ index: 0, message: whole, finish_reason: 'stop', logprobs: null }],
    ...more,
  };
}

export function chunk(delta: Delta, more: Partial<ChunkChoice> = {}): Chunk & { obfuscation: string } {
  const choices = [{ index: 0, delta, finish_reason: null, ...more }];
  return { ...HEAD, object: 'chat.completion.chunk', choices, usage: null, obfuscation: 'aBcDeF' };
}

export const piece = (index: number, given: { id?: string; name?: string; args?: string }): Delta => ({
  tool_calls: [
    {
      index,
      ...(given.id && { id: given.id, type: 'function' as const }),
      function: { ...(given.name && { name: given.name }), arguments: given.args ?? '' },
    },
  ],
});

export const USAGE: OpenAI.CompletionUsage = {
  prompt_tokens: 100,
  completion_tokens: 40,
  total_tokens: 140,
  prompt_tokens_details: { cached_tokens: 60, audio_tokens: 5 },
  completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 2, accepted_prediction_tokens: 0 },
};
