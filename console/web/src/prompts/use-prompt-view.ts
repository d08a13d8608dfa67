/** The view of a prompt, read from the URL and written to it. */
import { computed } from 'vue';
import type { RouteLocationNormalizedLoaded, Router } from 'vue-router';
import { parsePromptView, toPromptQuery, type PromptView } from './prompt-view.ts';

export function usePromptView(route: RouteLocationNormalizedLoaded, router: Router) {
  const view = computed(() => parsePromptView(route.query));

  /** `push` for what Back should undo, `replace` for steps within one thing. */
  function change(patch: Partial<PromptView>, how: 'push' | 'replace' = 'push'): void {
    void router[how]({ query: toPromptQuery({ ...view.value, ...patch }) });
  }

  return { view, change };
}
