/** Files that are ours: finding one that is still there, and giving it up with all that depends on it. */
import { AppError } from '../../../errors.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import { isLiveFile } from '../../../evals/sources/live.ts';
import type { FileObject } from '../../contract/files.ts';
import type { ConsoleContext } from '../context.ts';
import { releaseContent, sweepContents } from './kept-contents.ts';
import { getOwn, reviseObject, toUnix } from './object.ts';

type FileEntry = RegistryEntry<'file'>;

/** @throws AppError not_found, also for one that has expired */
export function getFileEntry(
  { registry }: Pick<ConsoleContext, 'registry'>,
  project_id: string,
  id: string,
): FileEntry {
  const entry = getOwn(registry, 'file', id, project_id);
  if (!isLiveFile(entry))
    throw new AppError('not_found', `This project has no file ${id}.`, { param: 'file_id' });
  return entry;
}

export function toFileObject({ id, body, created_at }: FileEntry): FileObject {
  const { bytes, filename, purpose, expires_at } = body;
  return {
    id,
    object: 'file',
    bytes,
    created_at: toUnix(created_at),
    ...(expires_at === null ? {} : { expires_at }),
    filename,
    purpose,
    status: 'processed',
  };
}

/** Deletes a file, takes it out of every vector store, and removes its bytes where no other file has the same. */
export async function dropFile(
  context: Pick<ConsoleContext, 'registry' | 'contents'>,
  entry: FileEntry,
  author: { actor: string; reason: string },
): Promise<void> {
  const { registry } = context;
  const { id, project_id, body } = entry;
  registry.transaction(() => {
    reviseObject(registry, entry, { status: 'deleted' }, author);
    const places = registry.view.list('vector_store_file').filter((each) => each.body.file_id === id);
    for (const place of places.filter((each) => each.body.status !== 'deleted')) {
      reviseObject(registry, place, { status: 'deleted' }, author);
    }
  });
  await releaseContent(context, project_id, body.sha256);
}

/** Gives up the files whose time is over (until then they are only hidden), and contents that are nobody's. */
export async function dropExpiredFiles(
  context: Pick<ConsoleContext, 'registry' | 'contents'>,
): Promise<void> {
  const now = Date.now();
  const files = context.registry.view.list('file').filter((entry) => entry.body.status !== 'deleted');
  for (const entry of files.filter((each) => !isLiveFile(each, now))) {
    await dropFile(context, entry, { actor: 'system', reason: 'expired' });
  }
  await sweepContents(context);
}
