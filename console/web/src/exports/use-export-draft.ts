/** The export that is being put together: written to the URL at each change, read from it on Back and reload. */
import { computed, shallowRef, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import {
  parseExportDraft,
  parseStep,
  STEPS,
  toExportQuery,
  type ExportDraft,
  type Step,
} from './export-draft.ts';

export function useExportDraft() {
  const route = useRoute();
  const router = useRouter();
  // Changed as a whole: only then does the address follow.
  const draft = shallowRef<ExportDraft>(parseExportDraft(route.query));
  const step = computed(() => parseStep(route.query));
  /** Which query says the same as the draft; what comes from elsewhere is another. */
  const keyOf = (of: ExportDraft): string => JSON.stringify(toExportQuery(of, step.value));

  watch(draft, (now) => {
    if (keyOf(now) !== keyOf(parseExportDraft(route.query))) {
      void router.replace({ query: toExportQuery(now, step.value) });
    }
  });
  watch(
    () => route.query,
    (query) => {
      // Of another page by now.
      if (route.name !== 'export-new') return;
      const said = parseExportDraft(query);
      if (keyOf(said) !== keyOf(draft.value)) draft.value = said;
    },
  );

  function go(to: Step): void {
    void router.push({ query: toExportQuery(draft.value, to) });
  }
  const next = computed(() => STEPS[STEPS.indexOf(step.value) + 1]);
  const before = computed(() => STEPS[STEPS.indexOf(step.value) - 1]);
  return { draft, step, next, before, go };
}
