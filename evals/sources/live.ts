/** What of files and vector stores is still there, as the registry says. */
import type { RegistryEntry, RegistryView } from '../../collector/registry/view.ts';

const DAY_MS = 86_400_000;

export type StoreFile = RegistryEntry<'vector_store_file'>;

/** Not deleted, nor past its time: a file that has expired is as good as deleted. */
export function isLiveFile(
  file: RegistryEntry<'file'> | undefined,
  now = Date.now(),
): file is RegistryEntry<'file'> {
  if (!file || file.body.status === 'deleted') return false;
  const { expires_at } = file.body;
  return expires_at === null || expires_at * 1000 > now;
}

/** When it expires unless it is used before (epoch ms); undefined = never. `active_at` is when it was last used. */
export function findStoreExpiry(
  store: RegistryEntry<'vector_store'>,
  active_at = Date.parse(store.updated_at),
): number | undefined {
  const days = store.body.expires_after_days;
  return days === null ? undefined : active_at + days * DAY_MS;
}

/** Id of a file's entry in a vector store. */
export const toStoreFileId = (vector_store_id: string, file_id: string): string =>
  `${vector_store_id}:${file_id}`;

/** The files in a vector store, oldest first: without those taken out of it, and those whose file is gone. */
export function listStoreFiles(view: RegistryView, vector_store_id: string): StoreFile[] {
  const now = Date.now();
  return view
    .listStoreFiles(vector_store_id)
    .filter(({ body }) => body.status !== 'deleted' && isLiveFile(view.find('file', body.file_id), now));
}

/** Whether the chunks of this ingest may be found, now or once it is done. */
export function isLiveIngest(
  view: RegistryView,
  store: RegistryEntry<'vector_store'> | undefined,
  entry: StoreFile,
): boolean {
  if (store?.body.status !== 'active') return false;
  const { status, file_id } = entry.body;
  return (status === 'completed' || status === 'in_progress') && isLiveFile(view.find('file', file_id));
}
