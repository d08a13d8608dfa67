/**
 * How a text becomes words to search by, and a query likewise: the same function for both, so that what was written
 * one way is found when it is asked for in another (ＡＰＩ, API and api; ｷｰ and キー).
 *
 * Words of scripts that put spaces between them are words; Chinese, Japanese and Korean text is cut into overlapping
 * pairs of characters, which needs no dictionary. Table 0007-chunks.sql builds its text indexes by the same rule.
 */

const CJK = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー`;
/** A run of such characters, or a word of any other script with its digits and accents. */
const RUN = new RegExp(`[${CJK}]+|(?:(?![${CJK}])[\\p{L}\\p{N}\\p{M}])+`, 'gu');
const IS_CJK = new RegExp(`^[${CJK}]`, 'u');

export type SearchTerms = {
  words: string[];
  /** Two neighbouring characters each. */
  pairs: string[];
};

/** Every term of `text` in order, with repetitions. A CJK character without a neighbour is no term. */
export function* iterateTerms(text: string): Generator<{ term: string; isPair: boolean }> {
  for (const [run] of normalise(text).matchAll(RUN)) {
    if (!IS_CJK.test(run)) {
      yield { term: run, isPair: false };
      continue;
    }
    const characters = [...run];
    for (let i = 1; i < characters.length; i++) {
      yield { term: `${characters[i - 1]}${characters[i]}`, isPair: true };
    }
  }
}

/** The distinct terms of a query, at most `limit` of them: the first ones. */
export function toSearchTerms(query: string, limit: number): SearchTerms {
  const words = new Set<string>();
  const pairs = new Set<string>();
  for (const { term, isPair } of iterateTerms(query)) {
    if (words.size + pairs.size === limit) break;
    (isPair ? pairs : words).add(term);
  }
  return { words: [...words], pairs: [...pairs] };
}

export type TermCounts = {
  /** Hashes of the distinct terms, ascending. */
  terms: Uint32Array;
  /** How often each occurs, 255 at most: beyond that BM25 makes no difference. */
  counts: Uint8Array;
  /** Of all terms. */
  length: number;
};

/** What is stored of a chunk for ranking. */
export function countTerms(text: string): TermCounts {
  const byHash = new Map<number, number>();
  let length = 0;
  for (const { term } of iterateTerms(text)) {
    const hash = hashTerm(term);
    byHash.set(hash, (byHash.get(hash) ?? 0) + 1);
    length++;
  }
  const terms = Uint32Array.from(byHash.keys()).toSorted();
  const counts = Uint8Array.from(terms, (hash) => Math.min(byHash.get(hash) ?? 0, 255));
  return { terms, counts, length };
}

/** FNV-1a (Fowler, Noll, Vo), 32 bits. A term is taken for one of a chunk's few hundred others once in 10 million. */
export function hashTerm(term: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) {
    const unit = term.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

const normalise = (text: string): string => text.normalize('NFKC').toLowerCase();
