/** One source and its files, kept fresh while any of them is being read. */
import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';
import { getVectorStore, listVectorStoreFiles } from '../../../contract/vector-stores.ts';
import { call } from '../client/call.ts';
import { useObjectList } from '../client/use-object-list.ts';
import { usePolling } from '../client/use-polling.ts';

export function useSource(projectId: Ref<string>, storeId: Ref<string>) {
  const params = computed(() => ({ project_id: projectId.value, vector_store_id: storeId.value }));
  const source = useQuery({
    key: () => ['source', projectId.value, storeId.value],
    query: ({ signal }) => call(getVectorStore, { params: params.value, signal }),
    staleTime: 0,
  });
  const files = useObjectList({
    key: () => `${projectId.value} ${storeId.value}`,
    ask: (query, signal) => call(listVectorStoreFiles, { params: params.value, query, signal }),
  });
  const reading = computed(
    () =>
      files.items.value.some(({ status }) => status === 'in_progress') ||
      (source.data.value?.file_counts.in_progress ?? 0) > 0,
  );

  async function reload(): Promise<void> {
    await Promise.all([files.reload(), source.refetch()]);
  }

  usePolling(() => reading.value, reload);
  return { params, source, files, reading, reload };
}
