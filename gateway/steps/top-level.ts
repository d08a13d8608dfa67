/**
 * Where the members of a JSON object lie in its bytes: found by a scan that skips long strings by byte search and
 * builds nothing, so that what need not change is never parsed nor written again.
 */
import { AppError } from '../../errors.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Byte offsets of a member's value, and of the quote before its name. */
export type Place = readonly [start: number, end: number, name: number];

/**
 * The members of the object that `body` is, by name (read as bytes: names beyond ASCII are not looked for). Of a
 * repeated name the last counts, as in JSON.parse. @throws AppError invalid_json
 */
export function findTopLevel(body: Buffer): Map<string, Place> {
  const places = new Map<string, Place>();
  let at = skipSpace(body, 0);
  if (body[at] !== 0x7b) throw new AppError('invalid_json', 'The request body must be a JSON object.');
  at = skipSpace(body, at + 1);
  while (body[at] !== 0x7d) {
    const name = at;
    const keyEnd = endOfString(body, at);
    const key = keyOf(body, at, keyEnd);
    at = skipSpace(body, keyEnd);
    if (body[at] !== 0x3a) throw new AppError('invalid_json', 'The request body is not valid JSON.');
    const start = skipSpace(body, at + 1);
    const end = endOfValue(body, start);
    // Its place among the others is that of its last.
    if (places.has(key)) places.delete(key);
    places.set(key, [start, end, name]);
    at = skipSpace(body, end);
    if (body[at] === 0x2c) at = skipSpace(body, at + 1);
    else if (body[at] !== 0x7d) throw new AppError('invalid_json', 'The request body is not valid JSON.');
  }
  return places;
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

/** The value at `place`, undefined where there is none. @throws AppError invalid_json that names `param` */
export function readMember(body: Buffer, place: Place | undefined, param: string): unknown {
  if (!place) return undefined;
  try {
    return JSON.parse(body.toString('utf8', place[0], place[1]));
  } catch {
    throw new AppError('invalid_json', 'The request body is not valid JSON.', { param });
  }
}

/** New values of members as JSON text; null takes one away. */
export type Changes = ReadonlyMap<string, string | Buffer | null>;

/** `body` with `changes` made, every other member byte for byte as it was. */
export function rewriteMembers(body: Buffer, changes: Changes): Buffer {
  const pieces: (string | Buffer)[] = [];
  for (const [name, [, end, start]] of findTopLevel(body)) {
    if (!changes.has(name)) pieces.push(',', body.subarray(start, end));
  }
  for (const [name, value] of changes) {
    if (value !== null) pieces.push(`,${JSON.stringify(name)}:`, value);
  }
  const inner = Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
  );
  return Buffer.concat([Buffer.from('{'), inner.subarray(1), Buffer.from('}')]);
}
