/** An answer as OpenAI's chat.completions sends it, whole and streamed. */
import type OpenAI from 'openai';
import { type Answer, getFinishReason, type SseEvent, toCallId, toObfuscation } from './answer.ts';

type Delta = OpenAI.ChatCompletionChunk.Choice.Delta;
type Chunk = OpenAI.ChatCompletionChunk;

function toUsage({ usage }: Answer): OpenAI.CompletionUsage {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** The body of a chat call that does not stream. */
export function toChatCompletion(answer: Answer): OpenAI.ChatCompletion {
  const calls = answer.toolCalls.map((call, index) => ({
    id: toCallId(answer, index),
    type: 'function' as const,
    function: { name: call.name, arguments: call.arguments },
  }));
  return {
    id: `chatcmpl-${answer.key}`,
    object: 'chat.completion',
    created: answer.created,
    model: answer.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: calls.length > 0 ? null : answer.pieces.join(''),
          ...(calls.length > 0 && { tool_calls: calls }),
          refusal: null,
          annotations: [],
        },
        logprobs: null,
        finish_reason: getFinishReason(answer),
      },
    ],
    usage: toUsage(answer),
    service_tier: 'default',
  };
}

function toDeltas(answer: Answer): Delta[] {
  if (answer.toolCalls.length === 0) {
    return [
      { role: 'assistant', content: '', refusal: null },
      ...answer.pieces.map((content) => ({ content })),
    ];
  }
  const deltas: Delta[] = [{ role: 'assistant', content: null }];
  for (const [index, call] of answer.toolCalls.entries()) {
    const id = toCallId(answer, index);
    deltas.push({
      tool_calls: [{ index, id, type: 'function', function: { name: call.name, arguments: '' } }],
    });
    for (const piece of call.arguments.match(/[^]{1,12}/gu) ?? []) {
      deltas.push({ tool_calls: [{ index, function: { arguments: piece } }] });
    }
  }
  return deltas;
}

/**
 * The events of a streamed chat call, `[DONE]` included. With `includeUsage` every chunk carries `usage: null` and
 * one more chunk without choices carries the numbers; without it no chunk has the member.
 */
export function toChatEvents(
  answer: Answer,
  options: { includeUsage: boolean; obfuscate: boolean },
): SseEvent[] {
  const head = {
    id: `chatcmpl-${answer.key}`,
    object: 'chat.completion.chunk' as const,
    created: answer.created,
    model: answer.model,
    service_tier: 'default' as const,
  };
  const toChunk = (index: number, delta: Delta, finish: 'stop' | 'tool_calls' | null): Chunk => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...(options.includeUsage && { usage: null }),
    ...(options.obfuscate && { obfuscation: toObfuscation(answer, index) }),
  });
  const deltas = toDeltas(answer);
  const chunks = deltas.map((delta, index) => toChunk(index, delta, null));
  chunks.push(toChunk(deltas.length, {}, getFinishReason(answer)));
  if (options.includeUsage) chunks.push({ ...head, choices: [], usage: toUsage(answer) });
  return [...chunks.map((data) => ({ data })), { data: '[DONE]' }];
}
