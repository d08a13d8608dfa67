/** Runs and their output items as OpenAI's objects. */
import type { RunSummary } from '../../../collector/queries/eval-run-summary.ts';
import type { EvalResult } from '../../../collector/record/eval.ts';
import type { RegistryBody } from '../../../collector/record/registry.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import type { Config } from '../../../config.ts';
import type { EvalRunObject, OutputItem, RUN_STATUSES } from '../../contract/eval-runs.ts';
import { toUnix } from './object.ts';

type Body = RegistryBody<'eval_run'>;
type Status = (typeof RUN_STATUSES)[number];

/** OpenAI spells it with one l; a deleted run is shown to nobody. */
export function toRunStatus(status: Body['status']): Status {
  return status === 'cancelled' || status === 'deleted' ? 'canceled' : status;
}

/** What is asked, as one name. */
function toModel({ data_source }: Body): string {
  if (data_source.type === 'jsonl') return '';
  const { model, prompt } = data_source;
  if (model) return model;
  return prompt ? `prompt:${prompt.id}${prompt.version ? `@${prompt.version}` : ''}` : '';
}

/** `summary`: of its results so far; undefined where there are none. */
export function toRunObject(
  config: Config,
  { id, project_id, body, created_at }: RegistryEntry<'eval_run'>,
  summary: RunSummary | undefined,
): EvalRunObject {
  const { passed = 0, failed = 0, errored = 0, criteria = [], models = [] } = summary ?? {};
  const { eval_id, name, metadata, data_source, total, error, schedule_id, finished_at } = body;
  return {
    object: 'eval.run',
    id,
    eval_id,
    name,
    created_at: toUnix(created_at),
    metadata,
    status: toRunStatus(body.status),
    model: toModel(body),
    data_source,
    result_counts: { total, passed, failed, errored },
    per_model_usage: models.map(({ model, calls, input_tokens, output_tokens }) => ({
      model_name: model,
      invocation_count: calls,
      prompt_tokens: input_tokens,
      completion_tokens: output_tokens,
      cached_tokens: 0,
      total_tokens: input_tokens + output_tokens,
    })),
    per_testing_criteria_results: body.testing_criteria.map((criterion) => {
      const found = criteria.find((each) => each.name === criterion.name);
      const none = { passed: 0, failed: 0, errored: 0, mean_score: null };
      return { testing_criteria: criterion.name, ...(found ?? none) };
    }),
    report_url: toReportUrl(config, project_id, `evals/${eval_id}/runs/${id}`),
    error,
    schedule_id,
    finished_at: finished_at === null ? null : toUnix(finished_at),
  };
}

/** The page of the console about it. */
function toReportUrl(config: Config, project_id: string, path: string): string {
  const { SEKISHO_PUBLIC_URL, SEKISHO_CONSOLE_URL, CONSOLE_PORT } = config;
  const base = SEKISHO_PUBLIC_URL ?? SEKISHO_CONSOLE_URL ?? `http://127.0.0.1:${CONSOLE_PORT}`;
  return `${base}/p/${project_id}/${path}`;
}

export function toOutputItem(eval_id: string, result: EvalResult): OutputItem {
  const { input_tokens, output_tokens, error } = result;
  return {
    object: 'eval.run.output_item',
    id: result.output_item_id,
    eval_id,
    run_id: result.run_id,
    created_at: toUnix(result.created_at),
    status: result.status,
    datasource_item_id: result.position,
    datasource_item: result.item,
    results: result.results,
    sample: {
      model: result.sample_model,
      input: result.sample_input,
      output: result.sample_output === '' ? [] : [{ role: 'assistant', content: result.sample_output }],
      finish_reason: result.finish_reason,
      usage: {
        prompt_tokens: input_tokens,
        completion_tokens: output_tokens,
        cached_tokens: 0,
        total_tokens: input_tokens + output_tokens,
      },
      error: error === '' ? null : { code: 'item_error', message: error },
    },
    trace_id: result.trace_id,
    span_id: result.span_id,
    duration_ms: result.duration_ms,
  };
}
