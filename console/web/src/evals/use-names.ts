/** Prompts and datasets of a project: to choose from, and to call by name what runs know by id. */
import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';
import { listDatasets } from '../../../contract/datasets.ts';
import { listPrompts } from '../../../contract/prompts.ts';
import { call } from '../client/call.ts';

/** As many as a select can offer; beyond them an id stands for the name. */
const MOST = 100;
const STALE_MS = 30_000;

export function useNames(projectId: Ref<string>) {
  const prompts = useQuery({
    key: () => ['prompt-names', projectId.value],
    query: ({ signal }) =>
      call(listPrompts, {
        params: { project_id: projectId.value },
        query: { limit: MOST, status: 'all' },
        signal,
      }),
    staleTime: STALE_MS,
  });
  const datasets = useQuery({
    key: () => ['dataset-names', projectId.value],
    query: ({ signal }) =>
      call(listDatasets, {
        params: { project_id: projectId.value },
        query: { limit: MOST, status: 'all' },
        signal,
      }),
    staleTime: STALE_MS,
  });
  const allPrompts = computed(() => prompts.data.value?.data ?? []);
  const allDatasets = computed(() => datasets.data.value?.data ?? []);
  return {
    prompts: computed(() => allPrompts.value.filter((one) => one.status === 'active')),
    datasets: computed(() => allDatasets.value.filter((one) => one.status === 'active')),
    loaded: computed(() => Boolean(prompts.data.value && datasets.data.value)),
    /** By id, or by name, which is a name already. */
    promptName: (id: string): string => allPrompts.value.find((one) => one.id === id)?.name ?? id,
    datasetName: (id: string): string => allDatasets.value.find((one) => one.id === id)?.name ?? id,
  };
}

export type Names = ReturnType<typeof useNames>;
