/** Two runs side by side: what is drawn and what is said. Pure. */
import type { compareRuns, EvalRunObject } from '../../../contract/eval-runs.ts';
import type { CallResult } from '../client/call.ts';

export type Comparison = CallResult<typeof compareRuns>;
export type ComparedCriterion = Comparison['criteria'][number];
export type ComparedItem = Comparison['items'][number];
export type Change = ComparedItem['change'];
/** Where two runs are: the last two are ids of runs. */
export type CompareParams = { project_id: string; eval_id: string; baseline: string; candidate: string };
export const CHANGES = ['regressed', 'improved', 'same'] as const;

export type Verdict = ComparedCriterion['verdict'] | 'mixed';

/** One word for all criteria: `mixed` where some are better and some worse. */
export function judgeAll(criteria: readonly ComparedCriterion[]): Verdict {
  const found = new Set(criteria.map(({ verdict }) => verdict));
  if (found.has('better') && found.has('worse')) return 'mixed';
  if (found.has('worse')) return 'worse';
  return found.has('better') ? 'better' : 'not_enough_data';
}

/**
 * How far the axis of the differences reaches to either side of 0, the same for every criterion so that widths can be
 * compared: the widest interval, rounded up to 1, 2 or 5 of its power of ten.
 */
export function findReach(criteria: readonly ComparedCriterion[]): number {
  const most = Math.max(
    0,
    ...criteria.flatMap(({ difference, interval }) =>
      [difference, interval?.low ?? 0, interval?.high ?? 0].map(Math.abs),
    ),
  );
  if (most === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 5, 10].find((one) => one * power >= most * (1 - 1e-9)) ?? 10;
  // 0.1 * 3 and its like leave a tail of digits.
  return Number((step * power).toPrecision(6));
}

/** Where a difference stands on a line of `width`, with 0 in the middle. */
export function toX(difference: number, reach: number, width: number): number {
  const share = Math.max(-1, Math.min(1, difference / reach));
  return Math.round((0.5 + share / 2) * width * 100) / 100;
}

/** What a run is most likely measured against: the newest completed one before it; undefined where there is none. */
export function findBaseline(
  runs: readonly Pick<EvalRunObject, 'id' | 'created_at' | 'status'>[],
  candidate: string,
): string | undefined {
  const after = runs.find(({ id }) => id === candidate);
  const before = runs.filter(
    (run) =>
      after && run.id !== candidate && run.status === 'completed' && run.created_at <= after.created_at,
  );
  return before.toSorted((a, b) => b.created_at - a.created_at)[0]?.id;
}

export function countChanges(items: readonly ComparedItem[]): Record<Change, number> {
  const counts = { improved: 0, regressed: 0, same: 0 };
  for (const { change } of items) counts[change]++;
  return counts;
}

/** `0.012`, `< 0.001`: as precise as is meant. */
export function formatP(p: number, locale: string): string {
  if (p < 0.001) return `< ${new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }).format(0.001)}`;
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 }).format(p);
}
