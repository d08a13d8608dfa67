/** Evaluations in OpenAI's shape: what is checked (`eval`), and each time it is (`eval_run`); schedules are ours. */
import { z } from 'zod';
import { JOB_STATUSES } from './dataset.ts';
import { grader, graderMessage } from './grader.ts';
import { metadataPairs } from './source.ts';

const json = z.record(z.string(), z.unknown());

export const dataSourceConfig = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('custom'),
    item_schema: json,
    include_sample_schema: z.boolean().default(false),
  }),
  z.strictObject({ type: z.literal('logs'), metadata: metadataPairs.optional() }),
  z.strictObject({ type: z.literal('stored_completions'), metadata: metadataPairs.optional() }),
]);

export const registryEval = z.strictObject({
  name: z.string().max(200),
  metadata: metadataPairs,
  data_source_config: dataSourceConfig,
  testing_criteria: z.array(grader).min(1).max(50),
  status: z.enum(['active', 'deleted']),
});

/** Where a run's items come from. `dataset` and `calls` are ours, the others OpenAI's. */
export const runSource = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('file_content'),
    /** Empty only in the registry, where a long content is kept on disk (`items_sha256` of the run). */
    content: z.array(z.object({ item: json, sample: json.optional() })).max(100_000),
  }),
  z.object({ type: z.literal('file_id'), id: z.string() }),
  z.object({
    type: z.literal('stored_completions'),
    metadata: metadataPairs.nullish(),
    model: z.string().nullish(),
    created_after: z.number().int().nullish(),
    created_before: z.number().int().nullish(),
    limit: z.number().int().min(1).max(10_000).nullish(),
  }),
  z.object({
    type: z.literal('responses'),
    metadata: metadataPairs.nullish(),
    model: z.string().nullish(),
    created_after: z.number().int().nullish(),
    created_before: z.number().int().nullish(),
    instructions_search: z.string().nullish(),
    users: z.array(z.string()).nullish(),
    limit: z.number().int().min(1).max(10_000).nullish(),
  }),
  z.object({
    type: z.literal('dataset'),
    dataset_id: z.string(),
    version: z.number().int().min(1).nullish(),
  }),
  /** `filter` in the words of the call list; `last_hours` before the run's beginning, for schedules. */
  z.object({
    type: z.literal('calls'),
    filter: json.default({}),
    last_hours: z.number().positive().max(8_784).nullish(),
    limit: z.number().int().min(1).max(10_000).nullish(),
  }),
]);
export type RunSource = z.infer<typeof runSource>;

/** How an item becomes what the model is sent: a template, or a list that the item carries. */
export const inputMessages = z.discriminatedUnion('type', [
  z.object({ type: z.literal('template'), template: z.array(graderMessage).min(1) }),
  z.object({ type: z.literal('item_reference'), item_reference: z.string() }),
]);

const generation = {
  source: runSource,
  input_messages: inputMessages.nullish(),
  /** Absent: nothing is generated, the item's own sample (or the logged answer) is graded. */
  model: z.string().nullish(),
  sampling_params: json.nullish(),
  /** Ours: the prompt that is asked; its variables are templates over `item`. */
  prompt: z
    .object({
      id: z.string(),
      version: z.string().nullish(),
      variables: z.record(z.string(), z.string()).nullish(),
    })
    .nullish(),
};
export const runDataSource = z.discriminatedUnion('type', [
  z.object({ type: z.literal('jsonl'), source: runSource }),
  z.object({ type: z.literal('completions'), ...generation }),
  z.object({ type: z.literal('responses'), ...generation }),
]);
export type RunDataSource = z.infer<typeof runDataSource>;

/** Also the snapshot of what it was checked by: an eval that is changed later changes no run. */
export const registryEvalRun = z.strictObject({
  eval_id: z.string(),
  name: z.string().max(200),
  metadata: metadataPairs,
  data_source: runDataSource,
  testing_criteria: z.array(grader).min(1).max(50),
  status: z.enum([...JOB_STATUSES, 'deleted']),
  /** Items there are to do; 0 until that is known. */
  total: z.number().int().min(0),
  /** The content on disk that holds the items, fixed once and for all attempts; '' until they are. */
  items_sha256: z.string().max(64).default(''),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  /** Id of the schedule that began it, else ''. */
  schedule_id: z.string(),
  finished_at: z.iso.datetime().nullable(),
});

export const registrySchedule = z.strictObject({
  eval_id: z.string(),
  name: z.string().min(1).max(200),
  /** Five fields, as croner reads them. */
  cron: z.string().max(100),
  /** IANA name. */
  timezone: z.string().max(100),
  data_source: runDataSource,
  status: z.enum(['active', 'paused', 'deleted']),
});

export const RESULT_STATUSES = ['pass', 'fail', 'error'] as const;

/** What one grader said of one item. */
export const graderResult = z.object({
  name: z.string(),
  type: z.string(),
  /** null where the grader failed. */
  score: z.number().nullable(),
  passed: z.boolean(),
  /** The label of a `label_model`, else ''. */
  label: z.string(),
  /** What the judge said for its verdict, or why the grader failed. */
  reason: z.string(),
  error: z.boolean(),
});
export type GraderResult = z.infer<typeof graderResult>;

/** One row of `eval_results`: one item of one run. */
export const evalResult = z.object({
  output_item_id: z.string(),
  run_id: z.string(),
  /** 0, 1, 2 ...: place among the run's items, the same in every attempt. */
  position: z.number().int(),
  /** Same item, same key in every run over the same source: what runs are paired by. */
  item_key: z.string(),
  item: json,
  status: z.enum(RESULT_STATUSES),
  results: z.array(graderResult),
  /** What was sent to the model, in chat form; [] where nothing was generated. */
  sample_input: z.array(json),
  sample_output: z.string(),
  sample_model: z.string(),
  /** '' where nothing was generated. */
  finish_reason: z.string(),
  /** The call that was graded: the generated one, or the logged one; '' where there is none. */
  trace_id: z.string(),
  span_id: z.string(),
  input_tokens: z.number().int(),
  output_tokens: z.number().int(),
  duration_ms: z.number().int(),
  error: z.string(),
  created_at: z.iso.datetime(),
});
export type EvalResult = z.infer<typeof evalResult>;
