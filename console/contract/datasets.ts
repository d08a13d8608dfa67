/** Datasets: made from a filter of calls, from CSV or JSONL, or from another version. Ours: OpenAI has no such object. */
import { z } from 'zod';
import { datasetItem, datasetSource, JOB_STATUSES } from '../../collector/record/dataset.ts';
import { expectedRevision, listOf, pageQuery, unixSeconds } from './list.ts';
import { BUILDERS, defineRoute, READERS } from './route.ts';

export type { DatasetItem, DatasetSource } from '../../collector/record/dataset.ts';

export const datasetObject = z.object({
  object: z.literal('dataset'),
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** 0 while it has none. */
  latest_version: z.number().int(),
  /** Of the latest complete version. */
  items: z.number().int(),
  status: z.enum(['active', 'archived']),
  revision: z.number().int(),
  created_at: unixSeconds,
  updated_at: unixSeconds,
});
export type DatasetObject = z.infer<typeof datasetObject>;

export const datasetVersion = z.object({
  object: z.literal('dataset.version'),
  id: z.string(),
  dataset_id: z.string(),
  version: z.number().int(),
  source: datasetSource,
  status: z.enum(JOB_STATUSES),
  items: z.number().int(),
  problems: z.array(z.string()),
  note: z.string(),
  created_by: z.string(),
  created_at: unixSeconds,
});
export type DatasetVersion = z.infer<typeof datasetVersion>;

const DATASETS = '/api/projects/:project_id/datasets';
const DATASET = `${DATASETS}/:dataset_id`;

export const listDatasets = defineRoute({
  method: 'GET',
  path: DATASETS,
  v1: true,
  access: READERS,
  query: pageQuery.extend({ status: z.enum(['active', 'archived', 'all']).default('active') }),
  response: listOf(datasetObject),
});
/** With `source` its version 1 is begun at once. */
export const createDataset = defineRoute({
  method: 'POST',
  path: DATASETS,
  v1: true,
  access: BUILDERS,
  body: z.object({
    name: z.string().trim().min(1).max(200),
    description: z.string().max(2_000).default(''),
    source: datasetSource.optional(),
  }),
  status: 201,
  response: datasetObject,
});
export const getDataset = defineRoute({
  method: 'GET',
  path: DATASET,
  v1: true,
  access: READERS,
  response: datasetObject,
});
export const updateDataset = defineRoute({
  method: 'POST',
  path: DATASET,
  v1: true,
  access: BUILDERS,
  body: z.object({
    name: z.string().trim().min(1).max(200).optional(),
    description: z.string().max(2_000).optional(),
    status: z.enum(['active', 'archived']).optional(),
    expected_revision: expectedRevision,
  }),
  response: datasetObject,
});
export const archiveDataset = defineRoute({
  method: 'DELETE',
  path: DATASET,
  v1: true,
  access: BUILDERS,
  response: datasetObject,
});
export const listDatasetVersions = defineRoute({
  method: 'GET',
  path: `${DATASET}/versions`,
  v1: true,
  access: READERS,
  query: pageQuery,
  response: listOf(datasetVersion),
});
/** Begins the next version; it can be read once its status is `completed`. */
export const createDatasetVersion = defineRoute({
  method: 'POST',
  path: `${DATASET}/versions`,
  v1: true,
  access: BUILDERS,
  body_limit: 20_000_000,
  body: z.object({ source: datasetSource, note: z.string().max(2_000).default('') }),
  status: 201,
  response: datasetVersion,
});
export const getDatasetVersion = defineRoute({
  method: 'GET',
  path: `${DATASET}/versions/:version`,
  v1: true,
  access: READERS,
  response: datasetVersion,
});
export const cancelDatasetVersion = defineRoute({
  method: 'POST',
  path: `${DATASET}/versions/:version/cancel`,
  v1: true,
  access: BUILDERS,
  response: datasetVersion,
});
/** In their order; of the latest complete version where none is named. */
export const listDatasetItems = defineRoute({
  method: 'GET',
  path: `${DATASET}/items`,
  v1: true,
  access: READERS,
  query: pageQuery.omit({ before: true, order: true }).extend({
    version: z.coerce.number().int().min(1).optional(),
  }),
  response: listOf(datasetItem),
});
/** Item by item, as JSONL or CSV; streamed. */
export const downloadDataset = defineRoute({
  method: 'GET',
  path: `${DATASET}/content`,
  v1: true,
  access: READERS,
  query: z.object({
    version: z.coerce.number().int().min(1).optional(),
    format: z.enum(['jsonl', 'csv']).default('jsonl'),
  }),
});
