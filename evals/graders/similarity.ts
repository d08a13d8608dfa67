/** How alike two texts, or two vectors, are. */

/**
 * Normalised Indel similarity, 0 to 1: 2 * LCS / (|a| + |b|) with LCS the length of the longest common subsequence,
 * counted in code points; two empty texts are alike. It is `ratio` of RapidFuzz, which OpenAI's `fuzzy_match` names,
 * divided by 100: https://rapidfuzz.github.io/RapidFuzz/Usage/fuzz.html#ratio
 */
export function indelSimilarity(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const total = left.length + right.length;
  return total === 0 ? 1 : (2 * lcsLength(left, right)) / total;
}

const WORD = 32;
const WORD_VALUES = 2 ** WORD;

/**
 * Length of the longest common subsequence, 32 places at a time: the bit-parallel recurrence
 * V' = (V + (V & M)) | (V & ~M) of H. Hyyrö, "Bit-parallel LCS-length computation revisited" (2004); the answer is the
 * number of zeros in V.
 */
function lcsLength(a: readonly string[], b: readonly string[]): number {
  const words = Math.ceil(a.length / WORD);
  const matches = new Map<string, Uint32Array>();
  for (const [index, letter] of a.entries()) {
    const mask = matches.get(letter) ?? new Uint32Array(words);
    const word = index >>> 5;
    mask[word] = (mask[word] ?? 0) | (1 << (index & 31));
    matches.set(letter, mask);
  }
  const v = new Uint32Array(words).fill(WORD_VALUES - 1);
  for (const letter of b) {
    const mask = matches.get(letter);
    if (!mask) continue;
    let carry = 0;
    for (let word = 0; word < words; word++) {
      const value = v[word] ?? 0;
      const common = (value & (mask[word] ?? 0)) >>> 0;
      const sum = value + common + carry;
      carry = sum >= WORD_VALUES ? 1 : 0;
      v[word] = (sum | (value & ~(mask[word] ?? 0))) >>> 0;
    }
  }
  let length = 0;
  for (let index = 0; index < a.length; index++) {
    if ((((v[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 0) length++;
  }
  return length;
}

/** Cosine of the angle between two vectors of one length: 1 alike, 0 unrelated; 0 where one of them is all zeros. */
export function cosineSimilarity(a: readonly number[], b: readonly number[]): number {
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (const [index, x] of a.entries()) {
    const y = b[index] ?? 0;
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA === 0 || squaresB === 0 ? 0 : dot / Math.sqrt(squaresA * squaresB);
}
