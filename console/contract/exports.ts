/** Exports: training data from calls or a dataset. Their files are downloaded as files (`/files/:id/content`). */
import { z } from 'zod';
import {
  exportCounts,
  exportFormat,
  exportOptions,
  exportSource,
  registryExport,
} from '../../collector/record/export.ts';
import { deletedObject, listOf, pageQuery, unixSeconds } from './list.ts';
import { BUILDERS, defineRoute, READERS } from './route.ts';

export { EXPORT_WARNINGS, LEFT_OUT_REASONS } from '../../collector/record/export.ts';
export type {
  ExportCounts,
  ExportOptions,
  ExportWarning,
  LeftOutReason,
} from '../../collector/record/export.ts';

const EXPORTS = '/api/projects/:project_id/exports';

export const exportObject = registryExport.omit({ finished_at: true }).extend({
  object: z.literal('export'),
  id: z.string(),
  status: z.enum(['queued', 'in_progress', 'completed', 'failed', 'canceled']),
  created_by: z.string(),
  created_at: unixSeconds,
  finished_at: unixSeconds.nullable(),
});
export type ExportObject = z.infer<typeof exportObject>;

const exportBody = z.object({
  name: z.string().max(200).default(''),
  format: exportFormat,
  source: exportSource,
  options: exportOptions.prefault({}),
});

export const listExports = defineRoute({
  method: 'GET',
  path: EXPORTS,
  v1: true,
  access: READERS,
  query: pageQuery,
  response: listOf(exportObject),
});
export const createExport = defineRoute({
  method: 'POST',
  path: EXPORTS,
  v1: true,
  access: BUILDERS,
  body: exportBody,
  status: 201,
  response: exportObject,
});
/** What an export would hold, from its first so many calls or items, without making a file. */
export const previewExport = defineRoute({
  method: 'POST',
  path: `${EXPORTS}/preview`,
  v1: true,
  access: BUILDERS,
  body: exportBody.extend({ limit: z.number().int().min(1).max(5_000).default(1_000) }),
  response: z.object({
    counts: exportCounts,
    problems: registryExport.shape.problems,
    warnings: registryExport.shape.warnings,
    /** Calls or items there are in all. */
    total: z.number().int(),
    /** The first lines as they would stand in the file. */
    lines: z.array(z.string()),
    /** Whether there is more than was looked at. */
    partial: z.boolean(),
  }),
});
export const getExport = defineRoute({
  method: 'GET',
  path: `${EXPORTS}/:export_id`,
  v1: true,
  access: READERS,
  response: exportObject,
});
export const cancelExport = defineRoute({
  method: 'POST',
  path: `${EXPORTS}/:export_id/cancel`,
  v1: true,
  access: BUILDERS,
  response: exportObject,
});
/** Its files go with it. */
export const deleteExport = defineRoute({
  method: 'DELETE',
  path: `${EXPORTS}/:export_id`,
  v1: true,
  access: BUILDERS,
  response: deletedObject,
});
