/** Leaving a page with something unfinished on it: asked for within the page, held by the browser when it closes. */
import { useEventListener } from '@vueuse/core';
import { shallowRef } from 'vue';
import { onBeforeRouteLeave } from 'vue-router';

/**
 * `leaving` is set while the question stands: show a dialog then, and call it with the answer. `unfinished` says
 * whether there is anything to ask about.
 */
export function useLeaveGuard(unfinished: () => boolean) {
  const leaving = shallowRef<(go: boolean) => void>();
  onBeforeRouteLeave(() => {
    if (!unfinished()) return true;
    return new Promise<boolean>((resolve) => {
      leaving.value = (go) => {
        leaving.value = undefined;
        resolve(go);
      };
    });
  });
  useEventListener(window, 'beforeunload', (event) => {
    if (unfinished()) event.preventDefault();
  });
  return { leaving };
}
