/** Numbers of a run, and how they are written. */
import type { EvalRunObject, GraderResult } from '../../../contract/eval-runs.ts';

export type RunStatus = EvalRunObject['status'];

export const isUnderWay = (status: RunStatus): boolean => status === 'queued' || status === 'in_progress';

/** Items that are judged, whatever came of it. */
export function countDone({ result_counts: counts }: Pick<EvalRunObject, 'result_counts'>): number {
  return counts.passed + counts.failed + counts.errored;
}

/** Share of the judged items that passed, 0 to 1; an item that could not be judged has not passed. Undefined at 0. */
export function findPassRate(run: Pick<EvalRunObject, 'result_counts'>): number | undefined {
  const done = countDone(run);
  return done === 0 ? undefined : run.result_counts.passed / done;
}

/** `87%`; a share that is not quite all or nothing is never rounded to it. */
export function formatRate(rate: number, locale: string): string {
  const edge = rate > 0.995 && rate < 1 ? 0.999 : rate > 0 && rate < 0.005 ? 0.001 : rate;
  const maximumFractionDigits = edge === rate ? 0 : 1;
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits }).format(edge);
}

/** At most three digits behind the point: `0.83`, `4.2`. */
export function formatScore(score: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }).format(score);
}

/** With its sign: `+0.12`, `−0.05`, `0`. */
export function formatDifference(difference: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 3, signDisplay: 'exceptZero' }).format(
    difference,
  );
}

export type Mark = 'pass' | 'fail' | 'error';

export function markOf(result: Pick<GraderResult, 'passed' | 'error'>): Mark {
  return result.error ? 'error' : result.passed ? 'pass' : 'fail';
}

/** The names of a run's criteria, in their order. */
export function listCriteria(run: EvalRunObject): string[] {
  return run.per_testing_criteria_results.map((one) => one.testing_criteria);
}

/** Tokens of a run by all its models. */
export function sumUsage(run: Pick<EvalRunObject, 'per_model_usage'>): {
  input: number;
  output: number;
  calls: number;
} {
  const sum = { input: 0, output: 0, calls: 0 };
  for (const usage of run.per_model_usage) {
    sum.input += usage.prompt_tokens;
    sum.output += usage.completion_tokens;
    sum.calls += usage.invocation_count;
  }
  return sum;
}

/** Seconds since 1970 as an ISO 8601 text, which the typed cells take. */
export const toIso = (seconds: number): string => new Date(seconds * 1000).toISOString();
