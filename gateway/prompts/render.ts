/** A prompt's messages with the variables filled in, in the words of either API. */
import type { PromptMessage } from '../../collector/record/prompt.ts';
import { findVariables, MAX_RENDERED_CHARS, splitTemplate } from '../../collector/record/template.ts';
import { invalid, type Json } from './ask.ts';

export type Api = 'chat' | 'responses';

/** Of one variable's text; what was sent whole is in the recorded request. */
const RECORDED_CHARS = 4096;
const SHOWN_CHARS = 200;

type Value = { text: string } | { part: Json };

/** `variables` checked against what `messages` need. @throws AppError invalid_body that names every wrong one */
export function toValues(
  messages: readonly PromptMessage[],
  variables: Json,
  param: string,
): Map<string, Value> {
  const needed = findVariables(...messages.map((message) => message.content));
  const given = Object.keys(variables);
  const absent = needed.filter((name) => !Object.hasOwn(variables, name));
  const strange = given.filter((name) => !needed.includes(name));
  if (absent.length > 0 || strange.length > 0) {
    const wrong = [
      ...(absent.length > 0 ? [`there is no value for ${absent.join(', ')}`] : []),
      ...(strange.length > 0 ? [`nothing takes ${strange.join(', ')}`] : []),
    ];
    const takes = needed.length > 0 ? `takes the variables ${needed.join(', ')}` : 'takes no variables';
    throw invalid(param, `This prompt ${takes}: ${wrong.join(', and ')}.`);
  }
  return new Map(needed.map((name) => [name, toValue(variables[name], `${param}.${name}`)]));
}

function toValue(value: unknown, param: string): Value {
  if (typeof value === 'string') return { text: value };
  if (typeof value === 'number' || typeof value === 'boolean') return { text: String(value) };
  const part = typeof value === 'object' && value !== null ? (value as Json) : {};
  const { type, text } = part;
  if (type === 'input_text' && typeof text === 'string') return { text };
  if (type === 'input_image' || type === 'input_file') return { part };
  throw invalid(param, `\`${param}\` must be a string, or an input_text, input_image or input_file.`);
}

/** The messages as members of `messages` (chat) or items of `input` (responses). @throws AppError invalid_body */
export function renderMessages(
  messages: readonly PromptMessage[],
  values: ReadonlyMap<string, Value>,
  api: Api,
): Json[] {
  let length = 0;
  return messages.map(({ role, content }) => {
    const pieces = splitTemplate(content).map((piece, index): Value => {
      return index % 2 === 0 ? { text: piece } : (values.get(piece) ?? { text: '' });
    });
    // Before anything is joined: a template of half a million letters can name a long value very often.
    length += pieces.reduce((sum, piece) => sum + ('text' in piece ? piece.text.length : 0), 0);
    if (length > MAX_RENDERED_CHARS) {
      throw invalid('prompt_variables', 'The prompt is too long once its variables are filled in.');
    }
    const isText = pieces.every((piece) => 'text' in piece);
    const rendered = isText ? textOf(pieces) : toParts(pieces, role, api);
    return { ...(api === 'responses' ? { type: 'message' } : {}), role, content: rendered };
  });
}

const textOf = (pieces: readonly Value[]): string =>
  pieces.map((piece) => ('text' in piece ? piece.text : '')).join('');

function toParts(pieces: readonly Value[], role: string, api: Api): Json[] {
  const type = api === 'chat' ? 'text' : role === 'assistant' ? 'output_text' : 'input_text';
  const parts: Json[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push({ type, text });
    text = '';
  };
  for (const piece of pieces) {
    if ('text' in piece) {
      text += piece.text;
      continue;
    }
    flush();
    parts.push(api === 'chat' ? toChatPart(piece.part) : piece.part);
  }
  flush();
  return parts;
}

function toChatPart(part: Json): Json {
  const { image_url: url, detail, file_id, file_data, filename } = part;
  if (part['type'] === 'input_image' && typeof url === 'string') {
    return { type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail }) } };
  }
  if (part['type'] === 'input_file' && (file_id !== undefined || file_data !== undefined)) {
    const file = Object.entries({ file_id, file_data, filename }).filter(([, value]) => value !== undefined);
    return { type: 'file', file: Object.fromEntries(file) };
  }
  throw invalid(
    'prompt_variables',
    'Chat completions take an image by its URL (image_url) and a file by file_id or file_data only.',
  );
}

const cutLong = (_key: string, each: unknown): unknown =>
  typeof each === 'string' && each.length > SHOWN_CHARS ? `${each.slice(0, SHOWN_CHARS)}…` : each;

/** What is recorded of the variables: texts, long ones cut; of a picture or file what it is, not its content. */
export function toRecorded(values: ReadonlyMap<string, Value>): Record<string, string> {
  return Object.fromEntries(
    [...values].map(([name, value]) => {
      const text = 'text' in value ? value.text : JSON.stringify(value.part, cutLong);
      return [name, text.slice(0, RECORDED_CHARS).toWellFormed()];
    }),
  );
}
