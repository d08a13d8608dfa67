/** Files in OpenAI's shape. Purposes of others (batch, vision, user_data) go on to the provider at the gateway. */
import { z } from 'zod';
import { filePurpose } from '../../collector/record/source.ts';
import { deletedObject, listOf, pageQuery, unixSeconds } from './list.ts';
import { BUILDERS, defineRoute, READERS } from './route.ts';

export const fileObject = z.object({
  id: z.string(),
  object: z.literal('file'),
  bytes: z.number().int(),
  created_at: unixSeconds,
  expires_at: unixSeconds.optional(),
  filename: z.string(),
  purpose: z.string(),
  status: z.enum(['uploaded', 'processed', 'error']),
});
export type FileObject = z.infer<typeof fileObject>;

const FILES = '/api/projects/:project_id/files';

export const listFiles = defineRoute({
  method: 'GET',
  path: FILES,
  v1: true,
  access: READERS,
  query: pageQuery.extend({
    limit: z.coerce.number().int().min(1).max(10_000).default(100),
    purpose: filePurpose.optional(),
  }),
  response: listOf(fileObject),
});

/** multipart/form-data: `file`, `purpose`, and `expires_after[anchor]`, `expires_after[seconds]`; at most 512 MB. */
export const createFile = defineRoute({
  method: 'POST',
  path: FILES,
  v1: true,
  access: BUILDERS,
  accepts: 'multipart',
  response: fileObject,
});

export const getFile = defineRoute({
  method: 'GET',
  path: `${FILES}/:file_id`,
  v1: true,
  access: READERS,
  response: fileObject,
});

/** Its chunks leave every vector store with it. */
export const deleteFile = defineRoute({
  method: 'DELETE',
  path: `${FILES}/:file_id`,
  v1: true,
  access: BUILDERS,
  response: deletedObject,
});

/** The bytes as they were uploaded, as an attachment. */
export const getFileContent = defineRoute({
  method: 'GET',
  path: `${FILES}/:file_id/content`,
  v1: true,
  access: READERS,
});
