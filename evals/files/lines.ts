/**
 * Lines of a file of text. Only \n and \r\n end one: Node's readline also splits at U+2028, which may stand as it is
 * within a line of JSON.
 */
import { AppError } from '../../errors.ts';

export type Line = {
  /** Without its end, and without a byte order mark; undefined where it is no UTF-8. */
  text: string | undefined;
  /** 1, 2, 3 ... */
  number: number;
};

const LF = 10;
const MAX_LINE_BYTES = 64_000_000;

/** @throws AppError body_too_large for a line of more than 64 MB; whatever `source` throws */
export async function* readLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Line, void, undefined> {
  const rest: Uint8Array[] = [];
  let bytes = 0;
  let number = 0;
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      rest.push(chunk.subarray(from, end));
      yield toLine(rest, ++number);
      rest.length = 0;
      bytes = 0;
      from = end + 1;
    }
    rest.push(chunk.subarray(from));
    bytes += chunk.length - from;
    if (bytes > MAX_LINE_BYTES) {
      throw new AppError('body_too_large', `Line ${number + 1} is longer than ${MAX_LINE_BYTES} bytes.`);
    }
  }
  if (bytes > 0) yield toLine(rest, ++number);
}

function toLine(pieces: readonly Uint8Array[], number: number): Line {
  const bytes = Buffer.concat(pieces);
  try {
    // A mark at the very beginning is dropped; anywhere else it is a character like any other.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: number > 1 }).decode(bytes);
    return { text: text.endsWith('\r') ? text.slice(0, -1) : text, number };
  } catch {
    return { text: undefined, number };
  }
}
