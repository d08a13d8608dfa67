/** How did runs come out so far? Items by status, each criterion, and the models that answered. */
import type { Store } from '../store/client.ts';
import { runQuery } from './run.ts';

export type CriterionSummary = {
  name: string;
  passed: number;
  failed: number;
  errored: number;
  /** Of those that did not fail to judge; null where there is none. */
  mean_score: number | null;
};
export type ModelSummary = { model: string; calls: number; input_tokens: number; output_tokens: number };
export type RunSummary = {
  passed: number;
  failed: number;
  errored: number;
  criteria: CriterionSummary[];
  models: ModelSummary[];
};

type Row = { run_id: string; kind: 'items' | 'criterion' | 'model'; name: string } & Record<
  'a' | 'b' | 'c',
  number
> & { mean: number | null };

/** Its rows, one kind after the other: what a, b and c count depends on the kind. */
const QUERY = `WITH mine AS (SELECT r.run_id AS run_id, r.status AS status, r.results AS results,
    r.sample_model AS model, r.input_tokens AS input_tokens, r.output_tokens AS output_tokens
  FROM eval_results AS r WHERE r.project_id = {project_id:String} AND has({run_ids:Array(String)}, r.run_id))
SELECT run_id, 'items' AS kind, '' AS name, toFloat64(countIf(status = 'pass')) AS a,
  toFloat64(countIf(status = 'fail')) AS b, toFloat64(countIf(status = 'error')) AS c, CAST(NULL AS Nullable(Float64)) AS mean
FROM mine GROUP BY run_id
UNION ALL
SELECT run_id, 'criterion' AS kind, JSONExtractString(result, 'name') AS name,
  toFloat64(countIf(JSONExtractBool(result, 'passed'))) AS a,
  toFloat64(countIf(NOT JSONExtractBool(result, 'passed') AND NOT JSONExtractBool(result, 'error'))) AS b,
  toFloat64(countIf(JSONExtractBool(result, 'error'))) AS c,
  avgOrNullIf(JSONExtractFloat(result, 'score'), NOT JSONExtractBool(result, 'error')) AS mean
FROM mine ARRAY JOIN JSONExtractArrayRaw(results) AS result GROUP BY run_id, name
UNION ALL
SELECT run_id, 'model' AS kind, model AS name, toFloat64(count()) AS a, toFloat64(sum(input_tokens)) AS b,
  toFloat64(sum(output_tokens)) AS c, CAST(NULL AS Nullable(Float64)) AS mean
FROM mine WHERE model != '' GROUP BY run_id, name`;

/** By run; one without any result is not in it. @throws like `runQuery` */
export async function getRunSummaries(
  store: Store,
  project_id: string,
  run_ids: readonly string[],
): Promise<Map<string, RunSummary>> {
  const summaries = new Map<string, RunSummary>();
  if (run_ids.length === 0) return summaries;
  const rows = await runQuery<Row>(store, {
    name: 'eval_run_summary',
    project_id,
    query: QUERY,
    params: { project_id, run_ids },
  });
  const get = (run_id: string): RunSummary => {
    const empty = { passed: 0, failed: 0, errored: 0, criteria: [], models: [] };
    const summary = summaries.get(run_id) ?? empty;
    summaries.set(run_id, summary);
    return summary;
  };
  for (const { run_id, kind, name, a, b, c, mean } of rows) {
    const summary = get(run_id);
    if (kind === 'items') Object.assign(summary, { passed: a, failed: b, errored: c });
    if (kind === 'criterion') {
      summary.criteria.push({ name, passed: a, failed: b, errored: c, mean_score: mean });
    }
    if (kind === 'model') summary.models.push({ model: name, calls: a, input_tokens: b, output_tokens: c });
  }
  return summaries;
}
