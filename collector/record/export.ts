/** Exports: captured and corrected calls as training data. Each makes one file per split. */
import { z } from 'zod';
import { JOB_STATUSES } from './dataset.ts';

export const EXPORT_FORMATS = ['openai_sft', 'openai_dpo', 'hf_messages', 'csv'] as const;
export const exportFormat = z.enum(EXPORT_FORMATS);
export type ExportFormatName = (typeof EXPORT_FORMATS)[number];

export const exportSource = z.discriminatedUnion('type', [
  /** `filter` in the words of the call list. */
  z.strictObject({
    type: z.literal('calls'),
    filter: z.record(z.string(), z.unknown()).default({}),
    limit: z.number().int().min(1).max(1_000_000).default(100_000),
  }),
  z.strictObject({
    type: z.literal('dataset'),
    dataset_id: z.string(),
    version: z.number().int().min(1).optional(),
  }),
]);

export const exportOptions = z.strictObject({
  /** Only what has a score of `name` with at least this. */
  min_score: z.strictObject({ name: z.string(), value: z.number() }).nullable().default(null),
  /** `not_down`: what nobody gave a thumb down; `up_only`: what somebody gave a thumb up. Corrected ones pass both. */
  feedback: z.enum(['any', 'not_down', 'up_only']).default('not_down'),
  /** Put the correction in the answer's place where there is one. Pairs (`openai_dpo`) are made of them anyhow. */
  use_corrections: z.boolean().default(true),
  drop_errors: z.boolean().default(true),
  deduplicate: z.boolean().default(true),
  /** Secrets and e-mail addresses are replaced by a mark. */
  mask: z.boolean().default(true),
  /** Share of sessions that go to the validation file, 0 = one file. A session is never in both. */
  validation_share: z.number().min(0).max(0.9).default(0),
});
export type ExportOptions = z.infer<typeof exportOptions>;

/** Why something is no line of the file, in the order of the steps that leave it out. */
export const LEFT_OUT_REASONS = [
  // what it is
  'not_a_model_call',
  'error',
  'cancelled',
  'interrupted',
  // what was said of it
  'score_missing',
  'score_too_low',
  'thumb_down',
  'no_thumb_up',
  'no_correction',
  // what the format has no place for
  'no_messages',
  'no_assistant_message',
  'missing_part',
  'audio',
  'file_part',
  'image_part',
  'custom_tool',
  // what is not valid in it
  'invalid_json',
  'invalid_role',
  'empty_content',
  'tool_call_unanswered',
  'tool_call_unknown',
  'invalid_tool_arguments',
  'invalid_tool',
  'invalid_weight',
  'nothing_to_learn',
  'identical_pair',
  'too_large',
  // what is there already
  'duplicate',
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

/** What is worth knowing of an export that is none of its faults. */
export const EXPORT_WARNINGS = [
  /** Nothing was left: there is no file. */
  'no_lines',
  /** OpenAI takes no training file with fewer than 10 examples. */
  'few_lines',
  /** A validation file was asked for, and no session fell to it. */
  'no_validation_lines',
  /** Some lines have more tokens than OpenAI trains on (65,536); it cuts off their ends. */
  'long_lines',
  /** A file is larger than the 512 MB that OpenAI takes. */
  'over_upload_limit',
] as const;
export const exportWarning = z.enum(EXPORT_WARNINGS);
export type ExportWarning = (typeof EXPORT_WARNINGS)[number];

/** How many were left after each step, and what was left out for what reason. */
export const exportCounts = z.strictObject({
  read: z.number().int(),
  /** One of `LEFT_OUT_REASONS` to number. */
  left_out: z.record(z.string(), z.number().int()),
  /** Lines in which a correction stands. */
  corrected: z.number().int(),
  /** Kind of secret (`email`, `card`, `openai_key` ...) to number of places masked. */
  masked: z.record(z.string(), z.number().int()),
  lines: z.number().int(),
  /** Of all lines, estimated. */
  tokens: z.number().int(),
});
export type ExportCounts = z.infer<typeof exportCounts>;

export const registryExport = z.strictObject({
  name: z.string().max(200),
  format: exportFormat,
  source: exportSource,
  options: exportOptions,
  status: z.enum([...JOB_STATUSES, 'deleted']),
  error: z.string().nullable(),
  /** While it is under way: of what was read so far. */
  counts: exportCounts.nullable(),
  /** Calls or items there are to read; null until that is known. */
  total: z.number().int().nullable(),
  warnings: z.array(exportWarning),
  files: z.array(
    z.strictObject({
      file_id: z.string(),
      split: z.enum(['train', 'validation']),
      lines: z.number().int(),
      bytes: z.number().int(),
    }),
  ),
  /** The first lines that were left out as not valid: where, and why. */
  problems: z
    .array(
      z.strictObject({
        trace_id: z.string(),
        span_id: z.string(),
        item_id: z.string(),
        reason: z.string(),
        detail: z.string(),
      }),
    )
    .max(100),
  finished_at: z.iso.datetime().nullable(),
});
