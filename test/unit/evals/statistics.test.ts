import { describe, expect, it } from 'vitest';
import type { RunPair } from '../../../collector/queries/eval-run-pairs.ts';
import { compareCriteria, compareScores, toItemChange } from '../../../evals/runs/compare.ts';
import {
  bootstrapInterval,
  mcNemarP,
  pairedTInterval,
  tQuantile975,
} from '../../../evals/runs/statistics.ts';

/** Extra hours of sleep with two drugs (Cushny and Peebles, in Student, "The probable error of a mean", 1908). */
const SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
const SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
const sleep = SLEEP_2.map((value, i) => value - (SLEEP_1[i] ?? 0));

describe('Student’s t', () => {
  // Two-sided 95 % points of printed tables.
  it.each([
    [9, 2.262157, 4],
    [19, 2.09302, 5],
    [29, 2.04523, 5],
    [30, 2.042272, 6],
    [60, 2.000298, 6],
    [120, 1.97993, 6],
    [1_000_000, 1.959966, 6],
  ])('with %i degrees of freedom', (freedom, point, digits) => {
    expect(tQuantile975(freedom)).toBeCloseTo(point, digits);
  });

  it('gives the interval of Student’s own example', () => {
    const { low, high } = pairedTInterval(sleep);
    expect(low).toBeCloseTo(0.7001, 3);
    expect(high).toBeCloseTo(2.4599, 3);
  });
});

describe('the bootstrap', () => {
  it('says the same every time, lies around the mean, and is near the t interval for well-behaved differences', () => {
    const differences = Array.from({ length: 25 }, (_, i) => (i - 12) / 10 + 0.5);
    const first = bootstrapInterval(differences);
    expect(bootstrapInterval(differences)).toEqual(first);
    const t = pairedTInterval(differences);
    expect(first.low).toBeGreaterThan(t.low - 0.05);
    expect(first.low).toBeLessThan(0.5);
    expect(first.high).toBeLessThan(t.high + 0.05);
    expect(first.high).toBeGreaterThan(0.5);
  });

  it('moves with its data: shift and scale', () => {
    const { low, high } = bootstrapInterval(sleep);
    const moved = bootstrapInterval(sleep.map((value) => 3 * value + 10));
    expect(moved.low).toBeCloseTo(3 * low + 10, 9);
    expect(moved.high).toBeCloseTo(3 * high + 10, 9);
  });
});

describe('exact McNemar', () => {
  // Sums of binomial coefficients, by hand: 2 * (1 + 10) / 2^10 and so on.
  it.each([
    [1, 9, 22 / 1024],
    [9, 1, 22 / 1024],
    [0, 5, 2 / 32],
    [0, 6, 2 / 64],
    [3, 3, 1],
    [2, 10, (2 * (1 + 12 + 66)) / 4096],
    [1, 0, 1],
  ])('%i gained, %i lost', (gained, lost, p) => {
    expect(mcNemarP(gained, lost)).toBeCloseTo(p, 12);
  });

  it('finds the published value for approval ratings (Agresti: 150 and 86 changed), and none without a change', () => {
    expect(mcNemarP(86, 150)).toBeCloseTo(3.716e-5, 8);
    expect(mcNemarP(0, 0)).toBeNull();
    expect(mcNemarP(20_000, 20_000)).toBe(1);
    expect(mcNemarP(0, 5_000)).toBe(0);
  });
});

type Side = [score: number | null, passed: boolean];
const pair = (baseline: Side, candidate: Side): RunPair => {
  const side = ([score, passed]: Side): RunPair['baseline'] => ({
    status: score === null ? 'error' : passed ? 'pass' : 'fail',
    results: [{ name: 'c', type: 't', score, passed, label: '', reason: '', error: score === null }],
    output: '',
    output_item_id: '',
  });
  return { item_key: '', item: {}, baseline: side(baseline), candidate: side(candidate) };
};
const times = (n: number, one: RunPair): RunPair[] => Array.from({ length: n }, () => one);

describe('two runs', () => {
  it('of 0 and 1: McNemar decides', () => {
    const won = pair([0, false], [1, true]);
    const lost = pair([1, true], [0, false]);
    const tie = pair([1, true], [1, true]);
    const verdict = (pairs: RunPair[]) => compareCriteria(pairs)[0]?.verdict;
    expect(verdict([...times(9, won), ...times(1, lost), ...times(30, tie)])).toBe('better');
    expect(verdict([...times(9, lost), ...times(1, won)])).toBe('worse');
    expect(verdict(times(5, won))).toBe('not_enough_data');
    expect(verdict(times(6, won))).toBe('better');
    expect(verdict(times(50, tie))).toBe('not_enough_data');
    expect(compareCriteria([...times(9, won), lost, ...times(30, tie)])[0]).toMatchObject({
      n: 40,
      wins: 9,
      losses: 1,
      ties: 30,
      difference: 0.2,
      interval_method: 'paired_t',
      baseline_pass_rate: 31 / 40,
      candidate_pass_rate: 39 / 40,
    });
  });

  it('of points: the interval decides, and says how it was made', () => {
    const judged = sleep.map((difference) => ({
      baseline: { score: 5, passed: true },
      candidate: { score: 5 + difference, passed: true },
    }));
    const small = compareScores('c', judged);
    expect(small).toMatchObject({ n: 10, interval_method: 'bootstrap', p_value: null, verdict: 'better' });
    expect(small.difference).toBeCloseTo(1.58, 12);
    expect(compareScores('c', judged.slice(0, 5))).toMatchObject({
      interval: null,
      interval_method: 'none',
      verdict: 'not_enough_data',
    });
    expect(compareScores('c', [...judged, ...judged, ...judged])).toMatchObject({
      interval_method: 'paired_t',
    });
    const turned = judged.map(({ baseline, candidate }) => ({ baseline: candidate, candidate: baseline }));
    expect(compareScores('c', turned).verdict).toBe('worse');
    expect(compareScores('c', [])).toMatchObject({ n: 0, difference: 0, verdict: 'not_enough_data' });
  });

  it('count what both judged, and only criteria that both have', () => {
    const pairs = [...times(8, pair([0, false], [1, true])), ...times(3, pair([null, false], [1, true]))];
    expect(compareCriteria(pairs)).toMatchObject([{ name: 'c', n: 8, wins: 8 }]);
    const alone = pairs.map((each) => ({ ...each, baseline: { ...each.baseline, results: [] } }));
    expect(compareCriteria(alone)).toEqual([]);
  });

  it('change items by status first, then by scores', () => {
    expect(toItemChange(pair([0, false], [1, true]))).toBe('improved');
    expect(toItemChange(pair([1, true], [null, false]))).toBe('regressed');
    expect(toItemChange(pair([0.2, false], [0.4, false]))).toBe('improved');
    expect(toItemChange(pair([0.4, true], [0.4, true]))).toBe('same');
    expect(toItemChange(pair([null, false], [0.4, false]))).toBe('same');
  });
});
