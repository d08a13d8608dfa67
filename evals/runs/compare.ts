/**
 * Two runs over the same items. Pure: what it is given are the pairs.
 *
 * When is the candidate better (or worse)? Where every score is 0 or 1, when the exact McNemar test has p < 0.05.
 * Otherwise, when the 95 % interval of the mean difference does not contain 0. Fewer than six pairs never say
 * anything: below that even a unanimous sign test stays above 0.05 (2 / 2^5).
 */
import type { GraderResult } from '../../collector/record/eval.ts';
import type { RunPair } from '../../collector/queries/eval-run-pairs.ts';
import { bootstrapInterval, type Interval, mcNemarP, mean, pairedTInterval } from './statistics.ts';

const MIN_PAIRS = 6;
/** From here on the mean is near enough to normal for Student's interval; below, the bootstrap. */
const T_PAIRS = 30;
const LEVEL = 0.05;

export type IntervalMethod = 'paired_t' | 'bootstrap' | 'none';
export type CriterionComparison = {
  name: string;
  /** Pairs in which the grader judged both sides. */
  n: number;
  baseline_mean: number;
  candidate_mean: number;
  difference: number;
  interval: Interval | null;
  interval_method: IntervalMethod;
  wins: number;
  losses: number;
  ties: number;
  p_value: number | null;
  baseline_pass_rate: number;
  candidate_pass_rate: number;
  verdict: 'better' | 'worse' | 'not_enough_data';
};
export type ItemChange = 'improved' | 'regressed' | 'same';

const toSide = ({ score, passed }: GraderResult) => ({ score: score ?? 0, passed });
type Judged = { baseline: { score: number; passed: boolean }; candidate: { score: number; passed: boolean } };

/** Every criterion that both runs have, in the candidate's order. */
export function compareCriteria(pairs: readonly RunPair[]): CriterionComparison[] {
  const names = new Set(pairs.flatMap((pair) => pair.candidate.results.map(({ name }) => name)));
  return [...names].flatMap((name) => {
    const judged = pairs.flatMap((pair) => findJudged(pair, name));
    const isShared = pairs.some((pair) => pair.baseline.results.some((result) => result.name === name));
    return isShared ? [compareScores(name, judged)] : [];
  });
}

function findJudged(pair: RunPair, name: string): Judged[] {
  const find = (results: readonly GraderResult[]) =>
    results.find((result) => result.name === name && result.score !== null && !result.error);
  const [baseline, candidate] = [find(pair.baseline.results), find(pair.candidate.results)];
  if (!baseline || !candidate) return [];
  return [{ baseline: toSide(baseline), candidate: toSide(candidate) }];
}

/** One criterion over the pairs it judged. */
export function compareScores(name: string, judged: readonly Judged[]): CriterionComparison {
  const n = judged.length;
  const differences = judged.map(({ baseline, candidate }) => candidate.score - baseline.score);
  const meanOf = (side: 'baseline' | 'candidate', value: 'score' | 'passed'): number =>
    n === 0 ? 0 : mean(judged.map((pair) => Number(pair[side][value])));
  const difference = n === 0 ? 0 : mean(differences);
  const gained = judged.filter(({ baseline, candidate }) => candidate.passed && !baseline.passed).length;
  const lost = judged.filter(({ baseline, candidate }) => baseline.passed && !candidate.passed).length;
  const p_value = mcNemarP(gained, lost);
  const interval = toInterval(differences);
  const isBinary = judged.every(({ baseline, candidate }) =>
    [baseline.score, candidate.score].every((score) => score === 0 || score === 1),
  );
  return {
    name,
    n,
    baseline_mean: meanOf('baseline', 'score'),
    candidate_mean: meanOf('candidate', 'score'),
    difference,
    interval,
    interval_method: interval === null ? 'none' : n >= T_PAIRS ? 'paired_t' : 'bootstrap',
    wins: differences.filter((value) => value > 0).length,
    losses: differences.filter((value) => value < 0).length,
    ties: differences.filter((value) => value === 0).length,
    p_value,
    baseline_pass_rate: meanOf('baseline', 'passed'),
    candidate_pass_rate: meanOf('candidate', 'passed'),
    verdict: toVerdict(difference, isBinary ? { p_value } : { interval }),
  };
}

function toInterval(differences: readonly number[]): Interval | null {
  if (differences.length < MIN_PAIRS) return null;
  return differences.length >= T_PAIRS ? pairedTInterval(differences) : bootstrapInterval(differences);
}

function toVerdict(
  difference: number,
  evidence: { p_value: number | null } | { interval: Interval | null },
): CriterionComparison['verdict'] {
  const isSure =
    'p_value' in evidence
      ? evidence.p_value !== null && evidence.p_value < LEVEL
      : evidence.interval !== null && (evidence.interval.low > 0 || evidence.interval.high < 0);
  if (!isSure || difference === 0) return 'not_enough_data';
  return difference > 0 ? 'better' : 'worse';
}

const RANK = { error: 0, fail: 0, pass: 1 } as const;

/** Whether an item came to pass, or ceased to; where neither, whether its scores went all one way. */
export function toItemChange({ baseline, candidate }: RunPair): ItemChange {
  const step = RANK[candidate.status] - RANK[baseline.status];
  if (step !== 0) return step > 0 ? 'improved' : 'regressed';
  const steps = candidate.results.map((result) => {
    const before = baseline.results.find(({ name }) => name === result.name);
    return Math.sign((result.score ?? 0) - (before?.score ?? result.score ?? 0));
  });
  const [ups, downs] = [steps.includes(1), steps.includes(-1)];
  if (ups === downs) return 'same';
  return ups ? 'improved' : 'regressed';
}
