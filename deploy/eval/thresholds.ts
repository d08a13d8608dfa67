/** Whether a run is good enough. */
import type { EvalRunObject } from '../../console/contract/eval-runs.ts';
import type { Suite } from './suite.ts';

export type Check = { threshold: string; wanted: string; actual: string; met: boolean };
export type Compared = {
  run_id: string;
  criteria: readonly { name: string; verdict: string; difference: number }[];
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const points = (value: number): string => String(Number(value.toFixed(3)));

/** Of all items; one in error has not passed. */
export function passRate({ result_counts: { total, passed } }: EvalRunObject): number {
  return total === 0 ? 0 : passed / total;
}

/**
 * Every threshold with what came of it. A suite that names none wants every item to pass. `compared`: with the run
 * that `no_worse_than` names; undefined where there is none yet, which is no fault.
 */
export function checkThresholds(
  { thresholds }: Suite,
  run: EvalRunObject,
  compared: Compared | undefined,
): Check[] {
  const { pass_rate, criteria = {}, no_worse_than } = thresholds;
  const isBare = pass_rate === undefined && Object.keys(criteria).length === 0 && no_worse_than === undefined;
  const wanted = pass_rate ?? (isBare ? 1 : undefined);
  const checks: Check[] = [];
  if (wanted !== undefined) {
    const actual = passRate(run);
    checks.push({
      threshold: 'pass rate',
      wanted: `>= ${percent(wanted)}`,
      actual: percent(actual),
      met: actual >= wanted,
    });
  }
  for (const [name, least] of Object.entries(criteria)) {
    const found = run.per_testing_criteria_results.find((each) => each.testing_criteria === name);
    const mean = found?.mean_score ?? null;
    checks.push({
      threshold: `mean of ${name}`,
      wanted: `>= ${points(least)}`,
      actual: mean === null ? 'nothing judged' : points(mean),
      met: mean !== null && mean >= least,
    });
  }
  if (no_worse_than !== undefined) checks.push(...checkCompared(no_worse_than, compared));
  return checks;
}

function checkCompared(wanted: string, compared: Compared | undefined): Check[] {
  const threshold = `no worse than ${compared?.run_id ?? wanted}`;
  if (!compared) return [{ threshold, wanted: 'no criterion worse', actual: 'no earlier run', met: true }];
  const worse = compared.criteria.filter(({ verdict }) => verdict === 'worse');
  const actual =
    worse.map(({ name, difference }) => `${name} ${points(difference)}`).join(', ') || 'none worse';
  return [{ threshold, wanted: 'no criterion worse', actual, met: worse.length === 0 }];
}
