/** Asking again and again while something is under way. */
import { useDocumentVisibility } from '@vueuse/core';
import { onScopeDispose, watch } from 'vue';

const EVERY_MS = 1500;

/**
 * Calls `ask` every `everyMs` milliseconds while `active` holds, each time after the answer before; rests while the
 * page is hidden, and asks at once when it is seen again or `active` comes to hold.
 */
export function usePolling(active: () => boolean, ask: () => Promise<unknown>, everyMs = EVERY_MS): void {
  const visibility = useDocumentVisibility();
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the chain that runs; an older one ends at its next step. */
  let turn = 0;

  async function step(mine: number): Promise<void> {
    await ask();
    if (mine === turn) timer = setTimeout(() => void step(mine), everyMs);
  }

  function stop(): void {
    turn++;
    clearTimeout(timer);
  }

  watch(
    () => active() && visibility.value === 'visible',
    (on, before) => {
      stop();
      if (!on) return;
      const mine = turn;
      // At the very start the state has just been loaded; after that there may be news.
      if (before === undefined) timer = setTimeout(() => void step(mine), everyMs);
      else void step(mine);
    },
    { immediate: true },
  );
  onScopeDispose(stop);
}
