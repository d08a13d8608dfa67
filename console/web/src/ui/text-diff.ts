/** What two texts differ in, word by word. Its library comes with the first comparison. */
export type DiffPart = { text: string; kind: 'same' | 'added' | 'removed' };

/** Beyond this many characters (of both together) lines are compared instead of words, which takes no time. */
const WORDS_UP_TO = 40_000;

/** Parts of `before` and `after` in the order in which they are read; Japanese is cut into words as well. */
export async function diffTexts(before: string, after: string, locale: string): Promise<DiffPart[]> {
  const { diffLines, diffWordsWithSpace } = await import('diff');
  const changes =
    before.length + after.length > WORDS_UP_TO
      ? diffLines(before, after)
      : diffWordsWithSpace(before, after, {
          intlSegmenter: new Intl.Segmenter(locale, { granularity: 'word' }),
        });
  return changes.map(({ value, added, removed }) => ({
    text: value,
    kind: added ? 'added' : removed ? 'removed' : 'same',
  }));
}
