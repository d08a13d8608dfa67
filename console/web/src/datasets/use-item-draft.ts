/** What is changed in the items of a version and not saved yet. */
import { computed, shallowRef, watch, type Ref } from 'vue';
import {
  addItem,
  changeItem,
  countChanges,
  EMPTY_DRAFT,
  removeItem,
  restoreItem,
  type ItemDraft,
} from './item-draft.ts';
import type { Item } from './items.ts';

export type Drafting = ReturnType<typeof useItemDraft>;

/** A draft for as long as `of` (dataset and version) stays the same. */
export function useItemDraft(of: Ref<string>) {
  const draft = shallowRef<ItemDraft>(EMPTY_DRAFT);
  let made = 0;
  watch(of, () => (draft.value = EMPTY_DRAFT));

  function add(item: Item): string {
    const id = `new-${++made}`;
    draft.value = addItem(draft.value, id, item);
    return id;
  }

  return {
    draft,
    count: computed(() => countChanges(draft.value)),
    add,
    change: (id: string, next: Item, original: Item) =>
      void (draft.value = changeItem(draft.value, id, next, original)),
    remove: (id: string) => void (draft.value = removeItem(draft.value, id)),
    restore: (id: string) => void (draft.value = restoreItem(draft.value, id)),
    clear: () => void (draft.value = EMPTY_DRAFT),
  };
}
