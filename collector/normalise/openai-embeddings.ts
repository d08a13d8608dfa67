/** Dialect: OpenAI's Embeddings. Vectors stay in the raw body; what was embedded is the input. */
import { toArray, toText, type Json } from './json.ts';
import { toChatUsage } from './openai-chat.ts';
import type { Answer, Dialect, Parsed } from './parsed.ts';

export const openaiEmbeddings: Dialect = { name: 'openai.embeddings', span_type: 'embedding', parse };

function parse(request: Json, answer: Answer): Parsed {
  const object = answer.object ?? {};
  const texts = [request['input']].flat().filter((text): text is string => typeof text === 'string');
  const count = toArray(object['data']).length;
  const summary = count === 1 ? '1 vector' : `${count} vectors`;
  return {
    input: texts.map((content) => ({ role: 'user', parts: [{ type: 'text', content }] })),
    output: count > 0 ? [{ role: 'assistant', parts: [{ type: 'text', content: summary }] }] : [],
    usage: toChatUsage(object['usage']),
    request_model: toText(request['model']),
    response_model: toText(object['model']),
    response_id: '',
    finish_reasons: [],
    error: undefined,
  };
}
