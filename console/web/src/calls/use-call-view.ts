/** The call list's view, read from the URL and written to it. */
import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { parseCallView, toUrlQuery, type CallView } from './call-view.ts';

export function useCallView() {
  const route = useRoute();
  const router = useRouter();
  const view = computed(() => parseCallView(route.query));

  /** `push` for what Back should undo, `replace` for steps within one thing. */
  function change(patch: Partial<CallView>, how: 'push' | 'replace' = 'push'): void {
    void router[how]({ query: toUrlQuery({ ...view.value, ...patch }, route.query) });
  }

  return { view, change };
}
