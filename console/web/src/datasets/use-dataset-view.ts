/** The view of a dataset's page, read from the URL and written to it. */
import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { parseDatasetView, toDatasetQuery, type DatasetView } from './dataset-view.ts';

export function useDatasetView() {
  const route = useRoute();
  const router = useRouter();
  const view = computed(() => parseDatasetView(route.query));

  /** `push` for what Back should undo, `replace` for steps within one thing. */
  function change(patch: Partial<DatasetView>, how: 'push' | 'replace' = 'push'): void {
    void router[how]({ query: toDatasetQuery({ ...view.value, ...patch }) });
  }

  return { view, change };
}
