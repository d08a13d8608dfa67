/**
 * Step: the few fields of a JSON body that decide how a call is handled. A small body is parsed once; of a large one
 * only the top level is scanned, its long strings skipped by byte search. Bytes that need no change are not changed.
 */
import { AppError } from '../../errors.ts';

/** Measured: below this V8's parser beats a scan, whatever the text. */
const PARSE_UP_TO_BYTES = 64 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export type Inspected = {
  model: string;
  stream: boolean;
  /** What the client said of `stream_options.include_usage`; undefined = nothing. */
  include_usage: boolean | undefined;
};

/** @throws AppError invalid_json where the body is no JSON object. */
export function inspectBody(body: Buffer): Inspected {
  const fields = body.length <= PARSE_UP_TO_BYTES ? parseSmall(body) : pickTopLevel(body);
  const options = fields['stream_options'];
  const include = isObject(options) ? options['include_usage'] : undefined;
  return {
    model: modelOf(fields, body),
    stream: fields['stream'] === true,
    include_usage: typeof include === 'boolean' ? include : undefined,
  };
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

const WANTED = new Set(['model', 'stream', 'stream_options']);

/** The wanted members of a large object; what else is in it is not validated here. */
function pickTopLevel(body: Buffer): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, [start, end]] of findTopLevel(body)) {
    if (!WANTED.has(key)) continue;
    try {
      fields[key] = JSON.parse(body.toString('latin1', start, end));
    } catch {
      throw new AppError('invalid_json', 'The request body is not valid JSON.', { param: key });
    }
  }
  return fields;
}

/** Where the values of an object's members begin and end; of a repeated name the last counts, as in JSON.parse. */
function findTopLevel(body: Buffer): Map<string, [start: number, end: number]> {
  const ranges = new Map<string, [number, number]>();
  let at = skipSpace(body, 0);
  if (body[at] !== 0x7b) throw new AppError('invalid_json', 'The request body must be a JSON object.');
  at = skipSpace(body, at + 1);
  while (body[at] !== 0x7d) {
    const keyEnd = endOfString(body, at);
    const key = keyOf(body, at, keyEnd);
    at = skipSpace(body, keyEnd);
    if (body[at] !== 0x3a) throw new AppError('invalid_json', 'The request body is not valid JSON.');
    const start = skipSpace(body, at + 1);
    const end = endOfValue(body, start);
    ranges.set(key, [start, end]);
    at = skipSpace(body, end);
    if (body[at] === 0x2c) at = skipSpace(body, at + 1);
    else if (body[at] !== 0x7d) throw new AppError('invalid_json', 'The request body is not valid JSON.');
  }
  return ranges;
}

/** A member's name, from quote to quote. */
function keyOf(body: Buffer, start: number, end: number): string {
  const key = body.toString('latin1', start + 1, end - 1);
  if (!key.includes('\\')) return key;
  try {
    return JSON.parse(`"${key}"`) as string;
  } catch {
    throw new AppError('invalid_json', 'The request body is not valid JSON.');
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (isSpace(body[at])) at++;
  if (at >= body.length)
    throw new AppError('invalid_json', 'The request body is not valid JSON: it ends early.');
  return at;
}

/** Index after the closing quote of the string that begins at `from`. */
function endOfString(body: Buffer, from: number): number {
  if (body[from] !== QUOTE) throw new AppError('invalid_json', 'The request body is not valid JSON.');
  let at = from;
  for (;;) {
    at = body.indexOf(QUOTE, at + 1);
    if (at === -1)
      throw new AppError('invalid_json', 'The request body is not valid JSON: a string does not end.');
    let slashes = 0;
    while (body[at - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
}

/** Index after the value that begins at `from`. */
function endOfValue(body: Buffer, from: number): number {
  const first = body[from];
  if (first === QUOTE) return endOfString(body, from);
  let at = from;
  if (first !== 0x7b && first !== 0x5b) {
    while (at < body.length && body[at] !== 0x2c && body[at] !== 0x7d && !isSpace(body[at])) at++;
    return at;
  }
  for (let depth = 0; at < body.length;) {
    const byte = body[at];
    if (byte === QUOTE) {
      at = endOfString(body, at);
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
    at++;
    if (depth === 0) return at;
  }
  throw new AppError('invalid_json', 'The request body is not valid JSON: it ends early.');
}
