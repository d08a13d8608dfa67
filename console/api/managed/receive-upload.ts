/** Reads a multipart upload: its file goes to disk as it comes, whatever the order of the fields around it. */
import { Busboy, type BusboyFileStream, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import type { Request } from 'express';
import { AppError } from '../../../errors.ts';
import type { FileContents, StoredContent } from '../../../evals/files/contents.ts';

export const MAX_FILE_BYTES = 512 * 1024 ** 2;
/** Fields and the lines between them; a body beyond file and these is refused before it is read. */
const MAX_AROUND_BYTES = 64 * 1024;
const LIMITS = { files: 1, fields: 20, fieldSize: 1_000, parts: 25, headerPairs: 50, headerSize: 16 * 1024 };
const MAX_NAME = 500;

export type Upload = {
  /** Stored already; whoever refuses the upload now has to release it. */
  content: StoredContent;
  filename: string;
  fields: ReadonlyMap<string, string>;
  /** What is wrong with the form all the same. */
  refused: AppError | undefined;
};

/**
 * Takes in one file, of the field `file`, and the other fields. @throws AppError unsupported_media_type | invalid_body
 * | body_too_large; then nothing is kept
 */
export async function receiveUpload(
  contents: FileContents,
  project_id: string,
  request: Request,
): Promise<Upload> {
  if (Number(request.get('content-length') ?? 0) > MAX_FILE_BYTES + MAX_AROUND_BYTES) throw tooLarge();
  const parser = createParser(request);
  const fields = new Map<string, string>();
  let refused: AppError | undefined;
  let filename = '';
  let file: BusboyFileStream | undefined;
  let writing: Promise<StoredContent> | undefined;
  let failure: unknown;
  parser.on('field', (name, value, _isNameCut, isCut) => {
    if (isCut) refused ??= invalid(`${name}: is too long`, name);
    fields.set(name, value);
  });
  parser.on('file', (name, stream, given) => {
    // It emits its error before anybody may be listening, and an error that nobody hears ends the process.
    stream.on('error', () => {});
    if (name !== 'file') {
      refused ??= invalid(`${name}: the file goes into the field "file"`, name);
      return void stream.resume();
    }
    filename = given;
    file = stream;
    writing = contents.write(project_id, stream, MAX_FILE_BYTES);
    writing.catch((error: unknown) => {
      failure = error;
      // What cannot be written need not be read to its end.
      parser.destroy(new Error('not written'));
    });
  });
  for (const event of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const) {
    parser.on(
      event,
      () => (refused ??= invalid('The form has too many parts: one file, and its fields.', 'file')),
    );
  }
  try {
    await feed(request, parser);
    const content = await writing;
    if (content) return { content, filename: toName(filename), fields, refused };
  } catch (error) {
    if (failure !== undefined) throw failure;
    file?.destroy(error instanceof Error ? error : undefined);
    await writing?.catch(() => {});
    throw invalid('The multipart body is broken or did not arrive whole.', 'file');
  }
  throw refused ?? invalid('file: is missing', 'file');
}

/** Not `pipeline`, which would destroy the request, and with it the way our answer goes. */
function feed(request: Request, parser: BusboyInstance): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  parser.once('finish', resolve).on('error', reject);
  request.once('close', () => {
    if (!request.complete) reject(new Error('the client hung up'));
  });
  request.pipe(parser);
  return promise.finally(() => request.unpipe(parser));
}

function createParser(request: Request): BusboyInstance {
  if (!request.is('multipart/form-data')) {
    throw new AppError('unsupported_media_type', 'Send the file as multipart/form-data.');
  }
  try {
    return new Busboy({ headers: request.headers as BusboyHeaders, limits: LIMITS });
  } catch {
    throw invalid('The content-type names no boundary.', 'file');
  }
}

/** The last part of a path, without what cannot be seen. */
function toName(given: string): string {
  const name = given
    .toWellFormed()
    .replace(/\p{Cc}/gu, '')
    .trim();
  return name.slice(-MAX_NAME).toWellFormed() || 'upload';
}

const invalid = (message: string, param: string): AppError =>
  new AppError('invalid_body', message, { param });
const tooLarge = (): AppError =>
  new AppError('body_too_large', `The limit is ${MAX_FILE_BYTES} bytes.`, { param: 'file' });
