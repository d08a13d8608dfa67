/** Datasets: a name, immutable versions, and items that know where they came from. */
import { z } from 'zod';

export const registryDataset = z.strictObject({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(2_000),
  status: z.enum(['active', 'archived']),
});

/** 0 = begins empty; else the items of this version come first, and a call that is among them is not taken twice. */
const onTopOf = z.number().int().min(0).default(0);

/** How a version is made. `calls`: the filter of the call list, in its own words. */
export const datasetSource = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('calls'),
    filter: z.record(z.string(), z.unknown()),
    /** Newest first, at most so many. */
    limit: z.number().int().min(1).max(100_000).default(10_000),
    base_version: onTopOf,
  }),
  /** A file (purpose `evals`) of CSV or JSONL. */
  z.strictObject({ type: z.literal('file'), file_id: z.string(), base_version: onTopOf }),
  /** Another version with changes: items removed, changed and added. */
  z.strictObject({
    type: z.literal('edit'),
    base_version: z.number().int().min(0),
    remove: z.array(z.string()).max(10_000).default([]),
    change: z
      .array(z.strictObject({ item_id: z.string(), item: z.record(z.string(), z.unknown()) }))
      .max(1_000)
      .default([]),
    add: z
      .array(
        z.strictObject({
          /** Left empty for a call that is named: it is then made from the call, as `calls` would. */
          item: z.record(z.string(), z.unknown()).default({}),
          trace_id: z.string().optional(),
          span_id: z.string().optional(),
        }),
      )
      .max(1_000)
      .default([]),
  }),
]);
export type DatasetSource = z.infer<typeof datasetSource>;

export const JOB_STATUSES = ['queued', 'in_progress', 'completed', 'failed', 'cancelled'] as const;

/** Id `<dataset id>@<version>`. */
export const registryDatasetVersion = z.strictObject({
  dataset_id: z.string(),
  version: z.number().int().min(1),
  source: datasetSource,
  /** Names this attempt's items. */
  build_id: z.string(),
  status: z.enum(JOB_STATUSES),
  items: z.number().int().min(0),
  /** Why it failed, or what was left out (a line that was no JSON). */
  problems: z.array(z.string()).max(100),
  note: z.string().max(2_000),
});

/**
 * One item. From a call `item` is `{messages, tools?, input, output, output_tools?, expected?, model, metadata?}`:
 * messages in chat form, input the last user text, output the answer's text and output_tools what it called, expected
 * the correction where somebody gave one; from a file it is the line as it stood.
 */
export const datasetItem = z.object({
  item_id: z.string(),
  position: z.number().int(),
  item: z.record(z.string(), z.unknown()),
  /** '' where it did not come from a call. */
  trace_id: z.string(),
  span_id: z.string(),
  session_id: z.string(),
});
export type DatasetItem = z.infer<typeof datasetItem>;
