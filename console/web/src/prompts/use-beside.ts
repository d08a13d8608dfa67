/** Versions that stand beside the draft, loaded once each: a version never changes. */
import { computed, shallowReactive, watch } from 'vue';
import type { PromptVersion } from '../../../contract/prompts.ts';

export function useBeside(numbers: () => number[], read: (version: number) => Promise<PromptVersion>) {
  const loaded = shallowReactive(new Map<number, PromptVersion>());

  watch(
    () => numbers().join(),
    () => {
      for (const number of numbers()) {
        if (loaded.has(number)) continue;
        // One that is not there (an address of another day) gets no column.
        void read(number).then(
          (version) => loaded.set(number, version),
          () => {},
        );
      }
    },
    { immediate: true },
  );
  return computed(() => numbers().flatMap((number) => loaded.get(number) ?? []));
}
