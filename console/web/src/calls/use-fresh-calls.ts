/** New calls as they come: shown at once while one watches the top of the list, kept aside while one reads. */
import { ref, shallowRef, watch, type Ref } from 'vue';
import type { CallListItem } from '../../../contract/calls.ts';
import { useLiveCalls } from '../client/live-calls.ts';
import { isOpenEnded, passesView, toFilterKey, type CallView } from './call-view.ts';

const MAX_WAITING = 2000;

export function useFreshCalls(options: {
  projectId: Ref<string>;
  view: Ref<CallView>;
  /** True while new rows may move the list. */
  following: Ref<boolean>;
  add: (calls: CallListItem[]) => void;
  findMissed: () => Promise<CallListItem[]>;
}) {
  const { projectId, view, following } = options;
  const waiting = shallowRef<CallListItem[]>([]);
  const paused = ref(false);

  function take(calls: CallListItem[]): void {
    if (!isOpenEnded(view.value)) return;
    const passing = calls.filter((one) => passesView(one, view.value));
    if (passing.length === 0) return;
    if (following.value && !paused.value) options.add(passing);
    else waiting.value = [...waiting.value, ...passing].slice(-MAX_WAITING);
  }

  /** Shows what was kept aside. */
  function show(): void {
    options.add(waiting.value);
    waiting.value = [];
  }

  const state = useLiveCalls(projectId, {
    calls: take,
    gap: () => void options.findMissed().then(take),
  });

  watch([following, paused], () => {
    if (following.value && !paused.value) show();
  });
  watch(
    () => `${projectId.value} ${toFilterKey(view.value)}`,
    () => (waiting.value = []),
  );
  return { waiting, paused, state, show };
}
