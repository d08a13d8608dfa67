/**
 * Step: the few fields of a JSON body that decide how a call is handled. A small body is parsed once; of a large one
 * only the top level is scanned, its long strings skipped by byte search. Bytes that need no change are not changed.
 */
import { AppError } from '../../errors.ts';
import { findTopLevel } from './top-level.ts';

/** Measured: below this V8's parser beats a scan, whatever the text. */
const PARSE_UP_TO_BYTES = 64 * 1024;
/** Before the name of a managed prompt, in the place of a model. */
export const PROMPT_MODEL = 'prompt:';
const FILE_SEARCH = Buffer.from('"file_search"');
const ESCAPE = Buffer.from('\\u');

export type Inspected = {
  model: string;
  stream: boolean;
  /** What the client said of `stream_options.include_usage`; undefined = nothing. */
  include_usage: boolean | undefined;
  /** `prompt` is an object, or the model is `prompt:...`: a managed prompt may be meant. */
  has_prompt: boolean;
  /** One of the tools is `file_search`. */
  has_file_search: boolean;
};

/** @throws AppError invalid_json where the body is no JSON object. */
export function inspectBody(body: Buffer): Inspected {
  const fields = body.length <= PARSE_UP_TO_BYTES ? parseSmall(body) : pickTopLevel(body);
  const options = fields['stream_options'];
  const include = isObject(options) ? options['include_usage'] : undefined;
  const model = modelOf(fields, body);
  return {
    model,
    stream: fields['stream'] === true,
    include_usage: typeof include === 'boolean' ? include : undefined,
    has_prompt: isObject(fields['prompt']) || model.startsWith(PROMPT_MODEL),
    has_file_search: hasFileSearch(fields['tools']),
  };
}

function hasFileSearch(tools: unknown): boolean {
  return Array.isArray(tools) && tools.some((tool) => isObject(tool) && tool['type'] === 'file_search');
}

/** The bytes were read as characters: a name beyond ASCII, raw or by escapes, is worth reading them once more. */
function modelOf({ model }: Record<string, unknown>, body: Buffer): string {
  if (typeof model !== 'string') return '';
  if (!/[\u0080-\uffff]/.test(model)) return model;
  const [start, end] = findTopLevel(body).get('model') ?? [0, 0];
  return JSON.parse(body.toString('utf8', start, end)) as string;
}

/** The body with `stream_options.include_usage` set, every other byte as it was. */
export function withIncludeUsage(body: Buffer): Buffer {
  const range = findTopLevel(body).get('stream_options');
  if (!range) return splice(body, body.indexOf(0x7b) + 1, 0, '"stream_options":{"include_usage":true},');
  const [start, end] = range;
  if (body[start] !== 0x7b) return splice(body, start, end - start, '{"include_usage":true}');
  const members = findTopLevel(body.subarray(start, end));
  const given = members.get('include_usage');
  if (given) return splice(body, start + given[0], given[1] - given[0], 'true');
  return splice(body, start + 1, 0, members.size === 0 ? '"include_usage":true' : '"include_usage":true,');
}

function splice(body: Buffer, at: number, removed: number, added: string): Buffer {
  return Buffer.concat([body.subarray(0, at), Buffer.from(added), body.subarray(at + removed)]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseSmall(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    // Structure is ASCII, so bytes do for characters: a third of the cost of decoding UTF-8 first.
    value = JSON.parse(body.toString('latin1'));
  } catch {
    throw new AppError('invalid_json', 'The request body is not valid JSON.');
  }
  if (!isObject(value)) throw new AppError('invalid_json', 'The request body must be a JSON object.');
  return value;
}

const WANTED = new Set(['model', 'stream', 'stream_options', 'prompt', 'tools']);

/** An escape may hide any letter. */
function maySearchFiles(tools: Buffer): boolean {
  return tools.includes(FILE_SEARCH) || tools.includes(ESCAPE);
}

/** The wanted members of a large object; what else is in it is not validated here. */
function pickTopLevel(body: Buffer): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, [start, end]] of findTopLevel(body)) {
    if (!WANTED.has(key)) continue;
    // Of these it matters only whether they are worth a look, and they may be long.
    if (key === 'prompt') {
      fields[key] = body[start] === 0x7b ? {} : undefined;
      continue;
    }
    if (key === 'tools' && !maySearchFiles(body.subarray(start, end))) continue;
    try {
      fields[key] = JSON.parse(body.toString('latin1', start, end));
    } catch {
      throw new AppError('invalid_json', 'The request body is not valid JSON.', { param: key });
    }
  }
  return fields;
}
