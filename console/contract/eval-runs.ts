/** Runs of evaluations in OpenAI's shape (`client.evals.runs.*`), and what it lacks: comparing two of them. */
import { z } from 'zod';
import { graderResult, runDataSource } from '../../collector/record/eval.ts';
import { metadataPairs } from '../../collector/record/source.ts';
import { listOf, pageQuery, unixSeconds } from './list.ts';
import { BUILDERS, defineRoute, READERS } from './route.ts';

export type { GraderResult, RunDataSource, RunSource } from '../../collector/record/eval.ts';

const json = z.record(z.string(), z.unknown());
const EVAL = '/api/projects/:project_id/evals/:eval_id';
const RUN = `${EVAL}/runs/:run_id`;
/** Items may be given with the run itself. */
const RUN_BODY_LIMIT = 32_000_000;

export const RUN_STATUSES = ['queued', 'in_progress', 'completed', 'failed', 'canceled'] as const;
export const evalRunObject = z.object({
  object: z.literal('eval.run'),
  id: z.string(),
  eval_id: z.string(),
  name: z.string(),
  created_at: unixSeconds,
  metadata: z.record(z.string(), z.string()),
  status: z.enum(RUN_STATUSES),
  model: z.string(),
  data_source: json,
  result_counts: z.object({
    total: z.number().int(),
    passed: z.number().int(),
    failed: z.number().int(),
    errored: z.number().int(),
  }),
  per_model_usage: z.array(
    z.object({
      model_name: z.string(),
      invocation_count: z.number().int(),
      prompt_tokens: z.number().int(),
      completion_tokens: z.number().int(),
      cached_tokens: z.number().int(),
      total_tokens: z.number().int(),
    }),
  ),
  per_testing_criteria_results: z.array(
    z.object({
      testing_criteria: z.string(),
      passed: z.number().int(),
      failed: z.number().int(),
      /** Ours: mean score, and how many errored. */
      mean_score: z.number().nullable(),
      errored: z.number().int(),
    }),
  ),
  report_url: z.string(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** Ours: '' unless a schedule began it. */
  schedule_id: z.string(),
  finished_at: unixSeconds.nullable(),
});
export type EvalRunObject = z.infer<typeof evalRunObject>;

export const outputItem = z.object({
  object: z.literal('eval.run.output_item'),
  id: z.string(),
  eval_id: z.string(),
  run_id: z.string(),
  created_at: unixSeconds,
  /** Of OpenAI: `pass`, `fail`; ours besides: `error`. */
  status: z.enum(['pass', 'fail', 'error']),
  datasource_item_id: z.number().int(),
  datasource_item: json,
  results: z.array(graderResult),
  sample: z.object({
    model: z.string(),
    input: z.array(json),
    output: z.array(z.object({ role: z.string(), content: z.string() })),
    finish_reason: z.string(),
    usage: z.object({
      prompt_tokens: z.number().int(),
      completion_tokens: z.number().int(),
      cached_tokens: z.number().int(),
      total_tokens: z.number().int(),
    }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  }),
  /** Ours: the call that was graded. */
  trace_id: z.string(),
  span_id: z.string(),
  duration_ms: z.number().int(),
});
export type OutputItem = z.infer<typeof outputItem>;

export const listRuns = defineRoute({
  method: 'GET',
  path: `${EVAL}/runs`,
  v1: true,
  access: READERS,
  query: pageQuery.extend({ status: z.enum(RUN_STATUSES).optional() }),
  response: listOf(evalRunObject),
});
export const createRun = defineRoute({
  method: 'POST',
  path: `${EVAL}/runs`,
  v1: true,
  access: BUILDERS,
  body_limit: RUN_BODY_LIMIT,
  body: z.object({
    name: z.string().max(200).default(''),
    metadata: metadataPairs.nullish(),
    data_source: runDataSource,
  }),
  status: 201,
  response: evalRunObject,
});
export const getRun = defineRoute({
  method: 'GET',
  path: RUN,
  v1: true,
  access: READERS,
  response: evalRunObject,
});
/** As OpenAI's document has it; its SDK posts to `/cancel`. */
export const cancelRunAtItself = defineRoute({
  method: 'POST',
  path: RUN,
  v1: true,
  access: BUILDERS,
  response: evalRunObject,
});
export const cancelRun = defineRoute({
  method: 'POST',
  path: `${RUN}/cancel`,
  v1: true,
  access: BUILDERS,
  response: evalRunObject,
});
export const deleteRun = defineRoute({
  method: 'DELETE',
  path: RUN,
  v1: true,
  access: BUILDERS,
  response: z.object({
    object: z.literal('eval.run.deleted'),
    deleted: z.literal(true),
    run_id: z.string(),
  }),
});
export const listOutputItems = defineRoute({
  method: 'GET',
  path: `${RUN}/output_items`,
  v1: true,
  access: READERS,
  query: pageQuery.extend({
    order: z.enum(['asc', 'desc']).default('asc'),
    status: z.enum(['pass', 'fail', 'error']).optional(),
  }),
  response: listOf(outputItem),
});
export const getOutputItem = defineRoute({
  method: 'GET',
  path: `${RUN}/output_items/:output_item_id`,
  v1: true,
  access: READERS,
  response: outputItem,
});

const interval = z.object({ low: z.number(), high: z.number() });
/**
 * Two runs over the same items, paired by item. Per criterion: the mean difference of the scores with its 95 %
 * interval, wins and losses of the candidate, and the exact McNemar test on pass and fail.
 */
export const compareRuns = defineRoute({
  method: 'GET',
  path: `${EVAL}/comparison`,
  v1: true,
  access: READERS,
  query: z.object({ baseline: z.string(), candidate: z.string() }),
  response: z.object({
    baseline: z.string(),
    candidate: z.string(),
    /** Items that both runs have judged. */
    pairs: z.number().int(),
    only_baseline: z.number().int(),
    only_candidate: z.number().int(),
    criteria: z.array(
      z.object({
        name: z.string(),
        n: z.number().int(),
        baseline_mean: z.number(),
        candidate_mean: z.number(),
        difference: z.number(),
        interval: interval.nullable(),
        /** Student's paired t from 30 pairs on, the bootstrap below, `none` under six. */
        interval_method: z.enum(['paired_t', 'bootstrap', 'none']),
        wins: z.number().int(),
        losses: z.number().int(),
        ties: z.number().int(),
        /** Of the pass and fail pairs; null where no pair differs. */
        p_value: z.number().nullable(),
        baseline_pass_rate: z.number(),
        candidate_pass_rate: z.number(),
        /** What may be said: the test (of scores that are 0 or 1) or the interval excludes that there is no difference. */
        verdict: z.enum(['better', 'worse', 'not_enough_data']),
      }),
    ),
    /** Those that changed first; at most 500. */
    items: z.array(
      z.object({
        item_key: z.string(),
        item: json,
        baseline: z.object({ status: z.string(), output: z.string(), output_item_id: z.string() }),
        candidate: z.object({ status: z.string(), output: z.string(), output_item_id: z.string() }),
        change: z.enum(['improved', 'regressed', 'same']),
      }),
    ),
  }),
});
