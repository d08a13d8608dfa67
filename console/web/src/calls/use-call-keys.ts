/** Keys of the list: the selected row, and the peek panel that follows it. */
import { computed, ref, watch, type Ref } from 'vue';
import type { CallListItem } from '../../../contract/calls.ts';
import { useHotkeys } from '../keyboard/hotkeys.ts';
import { isOpenEnded, PEEK_TABS, toCallId, type CallView } from './call-view.ts';

type Options = {
  rows: Ref<CallListItem[]>;
  view: Ref<CallView>;
  change: (patch: Partial<CallView>, how?: 'push' | 'replace') => void;
  fresh: { paused: Ref<boolean> };
  /** Gives the list the focus. */
  focus: () => void;
};

export function useCallKeys({ rows, view, change, fresh, focus }: Options) {
  /** Id of the row that keys act on. Kept apart from the URL, which changes too slowly for a held key. */
  const selected = ref(view.value.call);
  const isOpen = computed(() => view.value.call !== '');

  watch(
    () => view.value.call,
    (call) => {
      if (call) selected.value = call;
    },
  );

  function step(by: number): void {
    const at = rows.value.findIndex((row) => toCallId(row) === selected.value);
    const next = rows.value[at < 0 ? 0 : Math.min(rows.value.length - 1, Math.max(0, at + by))];
    if (!next) return;
    selected.value = toCallId(next);
    if (isOpen.value) change({ call: selected.value }, 'replace');
    else focus();
  }

  function close(): void {
    change({ call: '' }, 'replace');
    focus();
  }

  useHotkeys([
    { keys: ['j', 'ArrowDown'], group: 'list', label: 'shortcuts.next', run: () => step(1) },
    { keys: ['k', 'ArrowUp'], group: 'list', label: 'shortcuts.previous', run: () => step(-1) },
    {
      keys: ['Enter'],
      group: 'list',
      label: 'shortcuts.open',
      when: () => selected.value !== '' && !isOpen.value,
      run: () => change({ call: selected.value }),
    },
    {
      keys: ['l'],
      group: 'list',
      label: 'shortcuts.live',
      when: () => isOpenEnded(view.value),
      run: () => (fresh.paused.value = !fresh.paused.value),
    },
    { keys: ['Escape'], group: 'peek', label: 'shortcuts.close', when: () => isOpen.value, run: close },
    ...PEEK_TABS.map((tab, index) => ({
      keys: [String(index + 1)],
      group: 'peek' as const,
      label: `shortcuts.tab_${tab}`,
      when: () => isOpen.value,
      run: () => change({ tab }, 'replace'),
    })),
  ]);
  return { selected, step, close };
}
