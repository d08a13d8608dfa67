/** The words of a question, found again in a text. */
export type Piece = { text: string; hit: boolean };

/** Words that are in every text and tell nothing. */
const IDLE = new Set(
  'the and for are was were how what when where who why which does did can you your our not with from this that have has'.split(
    ' ',
  ),
);
const CJK = /[\p{Script=Han}\p{Script=Katakana}\p{Script=Hangul}]/u;
const ONLY_HIRAGANA = /^\p{Script=Hiragana}+$/u;

/** What of `question` is worth marking; a Japanese one is cut into its words. */
export function findWords(question: string): string[] {
  const segments = new Intl.Segmenter('ja', { granularity: 'word' }).segment(question.normalize('NFKC'));
  const words = [...segments]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment.toLowerCase())
    .filter((word) => {
      if (ONLY_HIRAGANA.test(word)) return word.length > 2;
      return CJK.test(word) || (word.length > 2 && !IDLE.has(word));
    });
  return [...new Set(words)].toSorted((a, b) => b.length - a.length);
}

/** `text` in pieces; words that begin with one of `question` are marked. Joined they are the text. */
export function toPieces(text: string, question: string): Piece[] {
  const words = findWords(question);
  if (words.length === 0) return [{ text, hit: false }];
  const escaped = words.map((word) => {
    const literal = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    // Latin words begin where a word begins; Japanese has no such places.
    return CJK.test(word) || ONLY_HIRAGANA.test(word)
      ? literal
      : `(?<![\\p{L}\\p{N}])${literal}[\\p{L}\\p{N}]*`;
  });
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(new RegExp(escaped.join('|'), 'giu'))) {
    if (index > end) pieces.push({ text: text.slice(end, index), hit: false });
    pieces.push({ text: found, hit: true });
    end = index + found.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), hit: false });
  return pieces;
}
