/** One dataset: its versions, kept fresh while one is being made, and the items of the version that is shown. */
import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';
import {
  getDataset,
  listDatasetItems,
  listDatasetVersions,
  type DatasetVersion,
} from '../../../contract/datasets.ts';
import { call } from '../client/call.ts';
import { useObjectList } from '../client/use-object-list.ts';
import { usePolling } from '../client/use-polling.ts';

const EMPTY_PAGE = { data: [], has_more: false, last_id: null };

export const isOpen = ({ status }: DatasetVersion): boolean =>
  status === 'queued' || status === 'in_progress';

export function useDataset(options: {
  projectId: Ref<string>;
  datasetId: Ref<string>;
  /** 0 = the newest that is complete. */
  version: Ref<number>;
}) {
  const params = computed(() => ({
    project_id: options.projectId.value,
    dataset_id: options.datasetId.value,
  }));
  const key = (): string => `${params.value.project_id} ${params.value.dataset_id}`;
  const dataset = useQuery({
    key: () => ['dataset', key()],
    query: ({ signal }) => call(getDataset, { params: params.value, signal }),
    staleTime: 0,
  });
  const versions = useObjectList({
    key,
    ask: (query, signal) => call(listDatasetVersions, { params: params.value, query, signal }),
  });
  /** The version shown, undefined while there is none to show. */
  const shown = computed(() => {
    const all = versions.items.value;
    const wanted = options.version.value;
    return wanted
      ? all.find(({ version }) => version === wanted)
      : all
          .filter(({ status }) => status === 'completed')
          .toSorted((a, b) => b.version - a.version)
          .at(0);
  });
  const readable = computed(() => (shown.value?.status === 'completed' ? shown.value.version : 0));
  const items = useObjectList({
    key: () => `${key()} ${readable.value}`,
    ask: async (page, signal) => {
      const version = readable.value;
      if (version === 0) return EMPTY_PAGE;
      const query = { ...page, version };
      const answer = await call(listDatasetItems, { params: params.value, query, signal });
      return { ...answer, data: answer.data.map((one) => ({ ...one, id: one.item_id })) };
    },
    limit: 100,
  });

  async function reload(): Promise<void> {
    await Promise.all([versions.reload(), dataset.refetch()]);
  }

  usePolling(() => versions.items.value.some(isOpen), reload);
  /** Of the next one. */
  const nextVersion = computed(() => Math.max(0, ...versions.items.value.map(({ version }) => version)) + 1);
  return { params, dataset, versions, shown, items, nextVersion, reload };
}
