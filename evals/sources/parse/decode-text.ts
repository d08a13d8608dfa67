/** Bytes of a text file as text: by its byte order mark, by what it says of itself, or by what it can only be. */
import { PermanentError } from '../../jobs/runner.ts';

const MARKS: readonly [encoding: string, mark: readonly number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
/** Tried in this order where nothing is said; UTF-8 first, because hardly any other text is valid UTF-8. */
const JAPANESE = ['shift_jis', 'euc-jp'] as const;
const HALF_WIDTH_KANA = /[\uFF61-\uFF9F]/g;

/**
 * The text of `bytes` without its byte order mark. `declared` is the encoding that the text names itself (HTML).
 * @throws PermanentError invalid_file where it is in none of the encodings that are known
 */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  const marked = MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  const text =
    (marked && decode(marked[0], bytes)) ??
    decode('utf-8', bytes) ??
    (declared === undefined ? undefined : decode(declared, bytes)) ??
    decodeJapanese(bytes);
  if (text === undefined || text.includes('\0')) {
    throw new PermanentError(
      'invalid_file',
      'The file is not a text in UTF-8, UTF-16, Shift_JIS or EUC-JP. Save it as UTF-8 and upload it again.',
    );
  }
  return text;
}

/** EUC-JP read as Shift_JIS is full of half-width kana, which nobody writes that much. */
function decodeJapanese(bytes: Uint8Array): string | undefined {
  const texts = JAPANESE.flatMap((encoding) => decode(encoding, bytes) ?? []);
  return texts.toSorted((a, b) => countHalfWidth(a) - countHalfWidth(b))[0];
}

const countHalfWidth = (text: string): number => text.match(HALF_WIDTH_KANA)?.length ?? 0;

function decode(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
