/** How many calls per model, status, prompt and what was said of them, and what do they sum up to? */
import type { Store } from '../store/client.ts';
import { type CallFilter, PROMPT_IS, toCondition } from './call-filter.ts';
import { countFeedback } from './feedback-facet.ts';
import { runQuery } from './run.ts';

export type Facet = { value: string; count: number }[];
export type CallFacets = {
  total: number;
  model: Facet;
  status: Facet;
  prompt: Facet;
  feedback: Facet;
  input_tokens: number;
  output_tokens: number;
  cost_total: string;
  cost_unknown: number;
};

/** Values shown per facet, the most frequent ones. */
const MAX_VALUES = 100;

type Row = Record<'total' | 'input_tokens' | 'output_tokens' | 'cost_total' | 'cost_unknown', string> &
  Record<'model' | 'status' | 'prompt', Record<string, string>>;

/*
 * Grouped first, so that the sums below run over models x statuses x prompts and not over calls. Tokens and costs
 * count only `counted` spans: a call and the span of an app around it are one expense.
 */
const toQuery = (condition: string): string => `
  SELECT sumIf(g.calls, g.of_all) AS total,
    sumMapIf(map(toString(g.model), g.calls), g.of_status AND g.of_prompt) AS model,
    sumMapIf(map(toString(g.status), g.calls), g.of_model AND g.of_prompt) AS status,
    sumMapIf(map(toString(g.prompt), g.calls), g.of_model AND g.of_status AND g.prompt != '') AS prompt,
    sumIf(g.input_tokens, g.of_all) AS input_tokens, sumIf(g.output_tokens, g.of_all) AS output_tokens,
    toString(sumIf(g.cost, g.of_all)) AS cost_total, sumIf(g.cost_unknown, g.of_all) AS cost_unknown
  FROM (
    SELECT s.request_model AS model, s.status AS status, s.prompt_name AS prompt,
      s.prompt_version AS prompt_version, count() AS calls,
      sumIf(toUInt64(s.input_tokens), s.counted) AS input_tokens,
      sumIf(toUInt64(s.output_tokens), s.counted) AS output_tokens,
      sumIf(s.cost_total, s.counted AND s.cost_source != 'unknown') AS cost,
      countIf(s.counted AND s.cost_source = 'unknown') AS cost_unknown,
      empty({only_models:Array(String)}) OR has({only_models:Array(String)}, toString(model)) AS of_model,
      empty({only_statuses:Array(String)}) OR has({only_statuses:Array(String)}, toString(status)) AS of_status,
      empty({prompt:Array(String)}) OR (${PROMPT_IS}) AS of_prompt,
      of_model AND of_status AND of_prompt AS of_all
    FROM spans AS s WHERE ${condition} GROUP BY model, status, prompt, prompt_version
  ) AS g`;

/** Each facet counts under all filters but its own; the sums under all of them. @throws like `runQuery` */
export async function getCallFacets(
  store: Store,
  project_id: string,
  filter: CallFilter,
): Promise<CallFacets> {
  const { model = [], status = [], prompt = [], ...others } = filter;
  const condition = toCondition(project_id, others);
  const [[row], feedback] = await Promise.all([
    runQuery<Row>(store, {
      name: 'call_facets',
      project_id,
      query: toQuery(condition.sql),
      params: { ...condition.params, only_models: model, only_statuses: status, prompt },
    }),
    countFeedback(store, project_id, filter),
  ]);
  return {
    total: Number(row?.total ?? 0),
    model: toFacet(row?.model),
    status: toFacet(row?.status),
    prompt: toFacet(row?.prompt),
    feedback,
    input_tokens: Number(row?.input_tokens ?? 0),
    output_tokens: Number(row?.output_tokens ?? 0),
    cost_total: row?.cost_total ?? '0',
    cost_unknown: Number(row?.cost_unknown ?? 0),
  };
}

function toFacet(counts: Record<string, string> = {}): Facet {
  return Object.entries(counts)
    .map(([value, count]) => ({ value, count: Number(count) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, MAX_VALUES);
}
