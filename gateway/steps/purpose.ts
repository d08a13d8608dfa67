/** Reads one thing from a multipart/form-data body as it passes: what its part `purpose` says. */
import { AppError } from '../../errors.ts';

const HEAD_BYTES = 16 * 1024;
const VALUE_BYTES = 256;
const HEAD_END = Buffer.from('\r\n\r\n');

export type PurposeScanner = {
  /** What the part says, once it is complete; '' where the body has ended without one. */
  push(chunk: Buffer): string | undefined;
};

/** The boundary in a Content-Type. @throws AppError unsupported_media_type where it is no form of parts */
export function getBoundary(contentType: string | undefined): string {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(
      contentType ?? '',
    ) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) {
    throw new AppError('unsupported_media_type', 'Send the file as multipart/form-data, with its boundary.');
  }
  return boundary;
}

/** A scanner for one body whose parts `boundary` separates. */
export function createPurposeScanner(boundary: string): PurposeScanner {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  let state: 'content' | 'head' | 'value' = 'content';
  // As though a line had ended before: then the first boundary is like the others.
  let rest: Buffer = Buffer.from('\r\n');

  /** Takes one step through `rest`; false where it has to wait for more, a text once it is found. */
  function step(): boolean | string {
    if (state === 'head') return readHead();
    const at = rest.indexOf(delimiter);
    if (state === 'value') {
      if (at === -1) return tooLong(VALUE_BYTES + delimiter.length);
      return rest.toString('utf8', 0, at).trim();
    }
    if (at === -1) {
      // Only what may be the beginning of a boundary is worth keeping.
      rest = rest.subarray(Math.max(0, rest.length - delimiter.length));
      return false;
    }
    rest = rest.subarray(at + delimiter.length);
    state = 'head';
    return true;
  }

  function readHead(): boolean | string {
    if (rest.length >= 2 && rest[0] === 0x2d && rest[1] === 0x2d) return '';
    const at = rest.indexOf(HEAD_END);
    if (at === -1) return tooLong(HEAD_BYTES);
    const head = rest.toString('utf8', 0, at);
    state = /^content-disposition:.*[;\s]name="?purpose"?\s*(?:;|$)/im.test(head) ? 'value' : 'content';
    rest = rest.subarray(at + HEAD_END.length);
    return true;
  }

  function tooLong(limit: number): false {
    if (rest.length <= limit) return false;
    throw new AppError('invalid_body', 'A part of the form is not as multipart/form-data has it.');
  }

  return {
    push(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (;;) {
        const outcome = step();
        if (typeof outcome === 'string') return outcome;
        if (!outcome) {
          // A copy: what is kept must not hold on to the whole chunk.
          rest = Buffer.from(rest);
          return undefined;
        }
      }
    },
  };
}
