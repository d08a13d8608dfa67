/** OpenAI's content, in all its spellings, as canonical message parts. */
import type { MessagePart } from '../record/message.ts';
import { isObject, toArray, toObject, toText, type Json } from './json.ts';

/** A message's `content`: a string, or an array of typed parts of Chat Completions or Responses. */
export function toParts(content: unknown): MessagePart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  return toArray(content).flatMap(toPart);
}

function toPart(part: unknown): MessagePart[] {
  if (typeof part === 'string') return [{ type: 'text', content: part }];
  if (!isObject(part)) return [];
  switch (part['type']) {
    case 'text':
    case 'input_text':
    case 'output_text':
    case 'summary_text':
      return [{ type: 'text', content: toText(part['text']) }];
    case 'reasoning_text':
      return [{ type: 'reasoning', content: toText(part['text']) }];
    case 'refusal':
      return [{ type: 'refusal', content: toText(part['refusal']) }];
    case 'image_url':
    case 'input_image':
      return [toMedia('image', urlOf(part['image_url']) || toText(part['file_id']))];
    case 'input_audio': {
      const audio = toObject(part['input_audio']);
      return [toBlob('audio', `audio/${toText(audio['format']) || 'unknown'}`, toText(audio['data']))];
    }
    case 'file':
    case 'input_file': {
      const file = isObject(part['file']) ? part['file'] : part;
      return [
        toMedia('document', toText(file['file_data']) || toText(file['file_url']) || toText(file['file_id'])),
      ];
    }
    default:
      return [{ type: 'generic', value: part }];
  }
}

/** What a model said aloud: the words, and that there is sound. */
export function toSpeech(audio: Json): MessagePart[] {
  const said = toText(audio['transcript']);
  const data = toText(audio['data']);
  return [
    ...(said ? [{ type: 'text', content: said } as const] : []),
    ...(data ? [toBlob('audio', undefined, data)] : []),
  ];
}

function urlOf(value: unknown): string {
  return typeof value === 'string' ? value : toText(toObject(value)['url']);
}

/** A data URL is shown as what it is and how large; its bytes stay in the raw body alone. */
function toMedia(modality: string, uri: string): MessagePart {
  const data = /^data:([^;,]*)[^,]*,/.exec(uri.slice(0, 200));
  return data ? toBlob(modality, data[1] ?? '', uri.slice(data[0].length)) : { type: 'uri', modality, uri };
}

/** That there are bytes, and how many. */
export function toBlob(modality: string, mime_type: string | undefined, base64: string): MessagePart {
  const bytes = Buffer.byteLength(base64, 'base64');
  return { type: 'blob', modality, ...(mime_type === undefined ? {} : { mime_type }), bytes };
}
