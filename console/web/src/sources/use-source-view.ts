/** The view of a source's page, read from the URL and written to it. */
import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { parseSourceView, toSourceQuery, type SourceView } from './source-view.ts';

export function useSourceView() {
  const route = useRoute();
  const router = useRouter();
  const view = computed(() => parseSourceView(route.query));

  /** `push` for what Back should undo, `replace` for steps within one thing. */
  function change(patch: Partial<SourceView>, how: 'push' | 'replace' = 'push'): void {
    void router[how]({ query: toSourceQuery({ ...view.value, ...patch }) });
  }

  return { view, change };
}
