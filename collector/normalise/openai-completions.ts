/** Dialect: OpenAI's legacy Completions, whole or streamed. */
import { toArray, toCount, toObject, toText, type Json } from './json.ts';
import { findStreamError, toChatUsage } from './openai-chat.ts';
import type { Answer, Dialect, Parsed } from './parsed.ts';

export const openaiCompletions: Dialect = { name: 'openai.completions', span_type: 'llm', parse };

function parse(request: Json, answer: Answer): Parsed {
  const objects = answer.object ? [answer.object] : answer.events;
  const choices = new Map<number, { content: string; reason: string }>();
  for (const choice of objects.flatMap((object) => toArray(object['choices'])).map(toObject)) {
    const index = toCount(choice['index']);
    const { content, reason } = choices.get(index) ?? { content: '', reason: '' };
    choices.set(index, {
      content: content + toText(choice['text']),
      reason: toText(choice['finish_reason']) || reason,
    });
  }
  const inOrder = [...choices].toSorted(([a], [b]) => a - b).map(([, choice]) => choice);
  const head = objects.find((object) => object['id'] !== undefined) ?? {};
  const prompts = [request['prompt']].flat().filter((prompt): prompt is string => typeof prompt === 'string');
  return {
    input: prompts.map((content) => ({ role: 'user', parts: [{ type: 'text', content }] })),
    output: inOrder.map(({ content }) => ({ role: 'assistant', parts: [{ type: 'text', content }] })),
    usage: toChatUsage(objects.findLast((object) => object['usage'])?.['usage']),
    request_model: toText(request['model']),
    response_model: toText(head['model']),
    response_id: toText(head['id']),
    finish_reasons: inOrder.flatMap(({ reason }) => reason || []),
    error: answer.events.map(findStreamError).find(Boolean),
  };
}
