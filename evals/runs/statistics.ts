/** Statistics over pairs: an interval for a mean difference, and a test of how often each side won. */

const Z_975 = 1.959963984540054;
const RESAMPLES = 10_000;
const SEED = 0x5e_c1_50;

export type Interval = { low: number; high: number };

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sample standard deviation (n - 1); 0 for less than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * The 97.5 % quantile of Student's t with `freedom` degrees, by the expansion around the normal's: Abramowitz and
 * Stegun, Handbook of Mathematical Functions, 26.7.5. Right to four places from 9 degrees on, to seven from 29 on.
 */
export function tQuantile975(freedom: number): number {
  const z = Z_975;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  const g4 = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160;
  return z + g1 / freedom + g2 / freedom ** 2 + g3 / freedom ** 3 + g4 / freedom ** 4;
}

/** 95 % interval of the mean of paired differences: mean ± t * s / sqrt(n) (Student 1908), for ten and more. */
export function pairedTInterval(differences: readonly number[]): Interval {
  const middle = mean(differences);
  const error = standardDeviation(differences) / Math.sqrt(differences.length);
  const reach = tQuantile975(differences.length - 1) * error;
  return { low: middle - reach, high: middle + reach };
}

/**
 * 95 % interval of the mean of paired differences by the percentile bootstrap (Efron and Tibshirani, An Introduction
 * to the Bootstrap, 13.3): 10,000 resamples from a fixed seed, so that the same pairs always say the same.
 */
export function bootstrapInterval(differences: readonly number[]): Interval {
  const random = createRandom(SEED);
  const n = differences.length;
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += differences[Math.floor(random() * n)] ?? 0;
    return sum / n;
  }).toSorted((a, b) => a - b);
  const at = (share: number): number => means[Math.round(share * (RESAMPLES - 1))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}

/** Uniform in [0, 1), the same sequence for the same seed: Tommy Ettinger's mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Exact two-sided McNemar test: under no difference the `gained` of gained + lost pairs are binomial with 1/2, and
 * p = min(1, 2 * P(X <= min(gained, lost))) (McNemar 1947; Fagerland, Lydersen and Laake 2013). Null without any pair
 * that differs.
 */
export function mcNemarP(gained: number, lost: number): number | null {
  const n = gained + lost;
  if (n === 0) return null;
  // Summed by logarithms: 2 ** -n is 0 in floating point from about a thousand pairs on.
  let logTerm = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= Math.min(gained, lost); k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(n - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * tail);
}
