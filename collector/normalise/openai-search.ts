/** Dialect: OpenAI's search of a vector store, which is what a retrieval is. */
import type { Message } from '../record/message.ts';
import { isObject, toArray, toText, type Json } from './json.ts';
import type { Answer, Dialect, Parsed } from './parsed.ts';

export const openaiSearch: Dialect = { name: 'openai.search', span_type: 'retrieval', parse };

function parse(request: Json, { object }: Answer): Parsed {
  const queries = toTexts(request['query']).length > 0 ? request['query'] : object?.['search_query'];
  return {
    input: toTexts(queries).map((content) => ({ role: 'user', parts: [{ type: 'text', content }] })),
    output: toHits(object?.['data']),
    usage: undefined,
    request_model: '',
    response_model: '',
    response_id: '',
    finish_reasons: [],
    error: undefined,
  };
}

function toTexts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(toText).filter(Boolean);
}

/** One message with a part for each hit, best first: file, score, and the text that was found. */
function toHits(data: unknown): Message[] {
  const parts = toArray(data)
    .filter(isObject)
    .map((hit) => {
      const text = toArray(hit['content']).map((part) => (isObject(part) ? toText(part['text']) : ''));
      const { score } = hit;
      const head = toText(hit['filename']) || toText(hit['file_id']);
      const shown = typeof score === 'number' ? `${head} (${score.toFixed(2)})` : head;
      return { type: 'text' as const, content: `${shown}: ${text.join('\n')}` };
    });
  return parts.length > 0 ? [{ role: 'tool', parts }] : [];
}
