/** Dialect: OpenAI's Embeddings. Vectors stay in the raw body; what was embedded is the input. */
import { toArray, toObject, toText, type Json } from './json.ts';
import { toChatUsage } from './openai-chat.ts';
import type { Answer, Dialect, Parsed } from './parsed.ts';

/** Base64 answers hold 32-bit floats. */
const FLOAT_BYTES = 4;

export const openaiEmbeddings: Dialect = { name: 'openai.embeddings', span_type: 'embedding', parse };

function parse(request: Json, answer: Answer): Parsed {
  const object = answer.object ?? {};
  const texts = [request['input']].flat().filter((text): text is string => typeof text === 'string');
  const summary = toSize(toArray(object['data']));
  return {
    input: texts.map((content) => ({ role: 'user', parts: [{ type: 'text', content }] })),
    output: summary ? [{ role: 'assistant', parts: [{ type: 'text', content: summary }] }] : [],
    usage: toChatUsage(object['usage']),
    request_model: toText(request['model']),
    response_model: toText(object['model']),
    response_id: '',
    finish_reasons: [],
    error: undefined,
  };
}

/** `2 × 1536`: how many vectors of how many dimensions, in no language. */
function toSize(vectors: unknown[]): string {
  const first = toObject(vectors[0])['embedding'];
  const dimensions =
    typeof first === 'string' ? Math.floor((first.length * 3) / 4 / FLOAT_BYTES) : toArray(first).length;
  return vectors.length > 0 && dimensions > 0 ? `${vectors.length} × ${dimensions}` : '';
}
