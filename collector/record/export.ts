/** Exports: captured and corrected calls as training data. Each makes one file per split. */
import { z } from 'zod';
import { JOB_STATUSES } from './dataset.ts';

export const EXPORT_FORMATS = ['openai_sft', 'openai_dpo', 'hf_messages', 'csv'] as const;
export const exportFormat = z.enum(EXPORT_FORMATS);

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
  /** `not_down`: what nobody gave a thumb down, unless it was corrected. */
  feedback: z.enum(['any', 'not_down', 'up_only']).default('not_down'),
  /** Put the correction in the answer's place where there is one. */
  use_corrections: z.boolean().default(true),
  drop_errors: z.boolean().default(true),
  deduplicate: z.boolean().default(true),
  /** Secrets and e-mail addresses are replaced by a mark. */
  mask: z.boolean().default(true),
  /** Share of sessions that go to the validation file, 0 = one file. A session is never in both. */
  validation_share: z.number().min(0).max(0.9).default(0),
});
export type ExportOptions = z.infer<typeof exportOptions>;

/** How many were left after each step, and what was left out for what reason. */
export const exportCounts = z.strictObject({
  read: z.number().int(),
  /** Reason to number; reasons are stable words such as `thumb_down`, `duplicate`, `no_assistant_message`. */
  left_out: z.record(z.string(), z.number().int()),
  corrected: z.number().int(),
  /** Kind of secret to number of places masked. */
  masked: z.record(z.string(), z.number().int()),
  lines: z.number().int(),
});
export type ExportCounts = z.infer<typeof exportCounts>;

export const registryExport = z.strictObject({
  name: z.string().max(200),
  format: exportFormat,
  source: exportSource,
  options: exportOptions,
  status: z.enum([...JOB_STATUSES, 'deleted']),
  error: z.string().nullable(),
  counts: exportCounts.nullable(),
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
      z.strictObject({ trace_id: z.string(), item_id: z.string(), reason: z.string(), detail: z.string() }),
    )
    .max(100),
  finished_at: z.iso.datetime().nullable(),
});
