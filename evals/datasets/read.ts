/** Items of a dataset, for whoever goes through all of them: evaluations, exports, downloads, further versions. */
import { listDatasetItems } from '../../collector/queries/list-dataset-items.ts';
import type { DatasetItem } from '../../collector/record/dataset.ts';
import type { RegistryEntry, RegistryView } from '../../collector/registry/view.ts';
import type { Store } from '../../collector/store/client.ts';
import { AppError } from '../../errors.ts';

const PAGE_ROWS = 1_000;
const PAGE_BYTES = 16_000_000;

/** Both rooms that read have these: the console's registry has its own view. */
export type ReadingContext = { registry: RegistryView; store: () => Promise<Store> };

/** Id of a version's entry in the registry. */
export const toVersionId = (dataset_id: string, version: number): string => `${dataset_id}@${version}`;

/** All versions of a dataset, whatever became of them, oldest first. Their numbers are dense. */
export function listVersions(registry: RegistryView, dataset_id: string): RegistryEntry<'dataset_version'>[] {
  const versions: RegistryEntry<'dataset_version'>[] = [];
  for (;;) {
    const next = registry.find('dataset_version', toVersionId(dataset_id, versions.length + 1));
    if (!next) return versions;
    versions.push(next);
  }
}

/** The newest version that is complete, if there is any. */
export function findLatestVersion(
  registry: RegistryView,
  dataset_id: string,
): RegistryEntry<'dataset_version'> | undefined {
  return listVersions(registry, dataset_id).findLast(({ body }) => body.status === 'completed');
}

/**
 * A version that can be read, the latest where none is named.
 * @throws AppError not_found (no such dataset or version in this project, or none yet) | invalid_query (not completed)
 */
export function getReadableVersion(
  registry: RegistryView,
  project_id: string,
  dataset_id: string,
  version?: number,
): RegistryEntry<'dataset_version'> {
  const dataset = registry.find('dataset', dataset_id);
  if (dataset?.project_id !== project_id) {
    throw new AppError('not_found', `This project has no dataset ${dataset_id}.`, { param: 'dataset_id' });
  }
  const wanted = version ?? findLatestVersion(registry, dataset_id)?.body.version;
  if (wanted === undefined) {
    throw new AppError('not_found', `Dataset ${dataset_id} has no complete version yet.`, {
      param: 'version',
    });
  }
  const entry = registry.find('dataset_version', toVersionId(dataset_id, wanted));
  if (!entry) {
    throw new AppError('not_found', `Dataset ${dataset_id} has no version ${wanted}.`, { param: 'version' });
  }
  if (entry.body.status !== 'completed') {
    const { status } = entry.body;
    throw new AppError(
      'invalid_query',
      `Version ${wanted} of dataset ${dataset_id} is ${status}: it has no items to read.`,
      {
        param: 'version',
      },
    );
  }
  return entry;
}

/**
 * All items of a version (the latest complete one where none is named), by position, in pages of at most 1,000 items
 * or 16 MB. A version never changes, so reading it again gives the same items in the same order.
 * @throws like `getReadableVersion` and `runQuery`; the signal's reason
 */
export async function* readDatasetItems(
  context: ReadingContext,
  project_id: string,
  dataset_id: string,
  options: { version?: number | undefined; from?: number; signal?: AbortSignal | undefined } = {},
): AsyncGenerator<DatasetItem[], void, undefined> {
  const { version, from: first = 0, signal } = options;
  const { body } = getReadableVersion(context.registry, project_id, dataset_id, version);
  const build = { dataset_id, version: body.version, build_id: body.build_id };
  const store = await context.store();
  for (let from = first; from < body.items;) {
    const page = { from, limit: PAGE_ROWS, max_bytes: PAGE_BYTES, signal };
    const items = await listDatasetItems(store, project_id, build, page);
    const last = items.at(-1);
    if (!last) throw new AppError('internal_error', `Dataset ${dataset_id} lacks items from ${from} on.`);
    yield items;
    from = last.position + 1;
  }
}
