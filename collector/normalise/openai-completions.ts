/** Dialect: OpenAI's legacy Completions, whole or streamed. */
import { toArray, toCount, toObject, toText, type Json } from './json.ts';
import { findStreamError, toChatUsage } from './openai-chat.ts';
import type { Answer, Dialect, Parsed } from './parsed.ts';

export const openaiCompletions: Dialect = { name: 'openai.completions', span_type: 'llm', parse };

function parse(request: Json, answer: Answer): Parsed {
  const objects = answer.object ? [answer.object] : answer.events;
  const texts: string[] = [];
  const reasons: string[] = [];
  for (const choice of objects.flatMap((object) => toArray(object['choices'])).map(toObject)) {
    const index = toCount(choice['index']);
    texts[index] = (texts[index] ?? '') + toText(choice['text']);
    if (toText(choice['finish_reason'])) reasons[index] = toText(choice['finish_reason']);
  }
  const head = objects.find((object) => object['id'] !== undefined) ?? {};
  const prompts = [request['prompt']].flat().filter((prompt): prompt is string => typeof prompt === 'string');
  return {
    input: prompts.map((content) => ({ role: 'user', parts: [{ type: 'text', content }] })),
    output: texts.map((content) => ({ role: 'assistant', parts: [{ type: 'text', content }] })),
    usage: toChatUsage(objects.findLast((object) => object['usage'])?.['usage']),
    request_model: toText(request['model']),
    response_model: toText(head['model']),
    response_id: toText(head['id']),
    finish_reasons: reasons.filter(Boolean),
    error: answer.events.map(findStreamError).find(Boolean),
  };
}
