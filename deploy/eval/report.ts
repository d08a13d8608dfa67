/** What a person, or a program, is told of a run. */
import type { EvalRunObject, OutputItem } from '../../console/contract/eval-runs.ts';
import { type Check, passRate } from './thresholds.ts';

export type Report = {
  suite: string;
  passed: boolean;
  run: EvalRunObject;
  checks: readonly Check[];
  /** The first few items that did not pass. */
  failures: readonly OutputItem[];
};

const BAR_WIDTH = 24;
const MAX_TEXT = 100;

/** A line that is redrawn on a terminal; elsewhere one line for each tenth. */
export function createProgress(out: NodeJS.WriteStream = process.stderr) {
  let tenth = -1;
  return {
    show({ status, result_counts: { total, passed, failed, errored } }: EvalRunObject): void {
      const done = passed + failed + errored;
      const share = total === 0 ? 0 : done / total;
      const bar = '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░');
      const line = `${bar} ${done}/${total || '?'} items: ${passed} passed, ${failed} failed, ${errored} in error`;
      if (out.isTTY) out.write(`\r\u001B[K${status === 'queued' ? 'waiting to begin' : line}`);
      else if (Math.floor(share * 10) > tenth && total > 0) {
        tenth = Math.floor(share * 10);
        out.write(`${line}\n`);
      }
    },
    done(): void {
      if (out.isTTY) out.write('\r\u001B[K');
    },
  };
}

/** For people. */
export function toText({ suite, passed, run, checks, failures }: Report): string {
  const { result_counts: counts } = run;
  const criteria = run.per_testing_criteria_results.map((each) => [
    each.testing_criteria,
    `${each.passed} passed`,
    `${each.failed} failed`,
    each.errored > 0 ? `${each.errored} in error` : '',
    each.mean_score === null ? '' : `mean ${Number(each.mean_score.toFixed(3))}`,
  ]);
  const lines = [
    `${suite}: ${counts.passed} of ${counts.total} items passed (${(passRate(run) * 100).toFixed(1)} %)`,
    ...toColumns(criteria),
    ...(failures.length > 0 ? ['', 'Did not pass:', ...failures.map(toFailure)] : []),
    '',
    ...toColumns(
      checks.map(({ threshold, wanted, actual, met }) => [met ? 'ok' : 'MISSED', threshold, wanted, actual]),
    ),
    '',
    `${passed ? 'PASSED' : 'NOT PASSED'}  ${run.report_url}`,
  ];
  return `${lines.join('\n')}\n`;
}

function toFailure({ datasource_item_id, datasource_item, results, sample }: OutputItem): string {
  const bad = results.find(({ passed }) => !passed);
  const why =
    sample.error?.message ?? `${bad?.name ?? ''} ${bad?.label || bad?.score || 0} ${bad?.reason ?? ''}`;
  const said = sample.output[0]?.content ?? '';
  return `  #${datasource_item_id} ${shorten(JSON.stringify(datasource_item))}\n     ${shorten(why)}${said ? `\n     answer: ${shorten(said)}` : ''}`;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
}

function toColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, i) => Math.max(cell.length, all[i] ?? 0)),
    [],
  );
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
}

/** For programs: one JSON object. */
export function toJson({ suite, passed, run, checks, failures }: Report): string {
  const { id, eval_id, status, report_url, result_counts, per_testing_criteria_results, per_model_usage } =
    run;
  const report = {
    suite,
    passed,
    eval_id,
    run_id: id,
    status,
    report_url,
    result_counts,
    pass_rate: passRate(run),
    per_testing_criteria_results,
    per_model_usage,
    thresholds: checks,
    failures,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
