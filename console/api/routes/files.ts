/** Files: uploaded once, then read by vector stores, evaluations and trainers. */
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import { FILE_PURPOSES, filePurpose } from '../../../collector/record/source.ts';
import * as contract from '../../contract/files.ts';
import { isLiveFile } from '../../../evals/sources/live.ts';
import { defineEndpoint } from '../endpoint.ts';
import { dropFile, getFileEntry, toFileObject } from '../managed/files.ts';
import { confirmContent, releaseContent } from '../managed/kept-contents.ts';
import { createObject, listOwn } from '../managed/object.ts';
import { toPage } from '../managed/page-of.ts';
import { receiveUpload } from '../managed/receive-upload.ts';

/** What a browser may be told of a file. Nothing it would run or draw as a page: those are plain text. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.txt': 'text/plain',
  '.md': 'text/plain',
  '.html': 'text/plain',
  '.htm': 'text/plain',
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.pdf': 'application/pdf',
};

/** `expires_after` of OpenAI: from an hour to thirty days after the upload. */
const expiresAfter = z.object({
  anchor: z.literal('created_at'),
  seconds: z.coerce.number().int().min(3_600).max(2_592_000),
});

const listFiles = defineEndpoint(contract.listFiles, ({ registry }, { params, query }) => {
  const now = Date.now();
  const files = listOwn(registry, 'file', params.project_id);
  const page = toPage(
    files,
    query,
    (entry) => isLiveFile(entry, now) && (!query.purpose || entry.body.purpose === query.purpose),
  );
  return { ...page, data: page.data.map(toFileObject) };
});

const createFile = defineEndpoint(contract.createFile, async (context, { params, caller, request }) => {
  const { project_id } = params;
  const upload = await receiveUpload(context.contents, project_id, request);
  const { content, filename, fields, refused } = upload;
  try {
    if (refused) throw refused;
    const body = {
      filename,
      purpose: parsePurpose(fields.get('purpose')),
      bytes: content.bytes,
      sha256: content.sha256,
      status: 'processed',
      expires_at: parseExpiry(fields),
    } as const;
    const author = { actor: caller.actor, reason: 'uploaded' };
    const entry = createObject(
      context.registry,
      { kind: 'file', id: `file-${uuidv7()}`, project_id, body },
      author,
    );
    await confirmContent(context, project_id, content.sha256).catch(async (error: unknown) => {
      await dropFile(context, entry, { actor: 'system', reason: 'its content was removed' });
      throw error;
    });
    return toFileObject(entry);
  } catch (error) {
    await releaseContent(context, project_id, content.sha256);
    throw error;
  }
});

const getFile = defineEndpoint(contract.getFile, (context, { params }) =>
  toFileObject(getFileEntry(context, params.project_id, params.file_id)),
);

const deleteFile = defineEndpoint(contract.deleteFile, async (context, { params, caller }) => {
  const entry = getFileEntry(context, params.project_id, params.file_id);
  await dropFile(context, entry, { actor: caller.actor, reason: 'deleted' });
  return { id: entry.id, object: 'file', deleted: true as const };
});

const getFileContent = defineEndpoint(contract.getFileContent, async (context, { params, response }) => {
  const { body, project_id } = getFileEntry(context, params.project_id, params.file_id);
  const stream = await context.contents.read(project_id, body.sha256);
  response.attachment(body.filename).set({
    'content-type': CONTENT_TYPES[extname(body.filename).toLowerCase()] ?? 'application/octet-stream',
    'content-length': String(body.bytes),
    'x-content-type-options': 'nosniff',
  });
  // Half a file has fewer bytes than it announced: the client sees that; one who has left is not told.
  await pipeline(stream, response).catch(() => response.destroy());
});

function parsePurpose(given: string | undefined) {
  const parsed = filePurpose.safeParse(given);
  if (parsed.success) return parsed.data;
  const message =
    given === undefined ? 'purpose: is missing' : `purpose: is one of ${FILE_PURPOSES.join(', ')} here`;
  throw new AppError('invalid_body', message, { param: 'purpose' });
}

/** Unix seconds; null = never. */
function parseExpiry(fields: ReadonlyMap<string, string>): number | null {
  const anchor = fields.get('expires_after[anchor]');
  const seconds = fields.get('expires_after[seconds]');
  if (anchor === undefined && seconds === undefined) return null;
  const parsed = expiresAfter.safeParse({ anchor, seconds });
  if (parsed.success) return Math.floor(Date.now() / 1000) + parsed.data.seconds;
  const issue = parsed.error.issues[0];
  const param = `expires_after[${issue?.path.join('.') ?? ''}]`;
  throw new AppError('invalid_body', `${param}: ${issue?.message ?? 'not valid'}`, { param });
}

export const fileEndpoints = [listFiles, createFile, getFile, deleteFile, getFileContent];
