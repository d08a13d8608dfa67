/** Changes to the items of a version, collected until they are saved as the next one. Pure. */
import type { DatasetSource } from '../../../contract/datasets.ts';
import type { Item } from './items.ts';

export type ItemDraft = {
  readonly change: ReadonlyMap<string, Item>;
  readonly remove: ReadonlySet<string>;
  /** By ids of their own, in the order they were added. */
  readonly add: ReadonlyMap<string, Item>;
};

export const EMPTY_DRAFT: ItemDraft = { change: new Map(), remove: new Set(), add: new Map() };

export const countChanges = ({ change, remove, add }: ItemDraft): number =>
  change.size + remove.size + add.size;

const same = (a: Item, b: Item): boolean => JSON.stringify(a) === JSON.stringify(b);

/** `next` in the place of an item; one that is as it was (`original`) is no change. */
export function changeItem(draft: ItemDraft, id: string, next: Item, original: Item): ItemDraft {
  if (draft.add.has(id)) return { ...draft, add: new Map([...draft.add, [id, next]]) };
  const change = new Map(draft.change);
  if (same(next, original)) change.delete(id);
  else change.set(id, next);
  return { ...draft, change };
}

/** Takes an item out; what was changed in it is forgotten. */
export function removeItem(draft: ItemDraft, id: string): ItemDraft {
  const change = new Map(draft.change);
  change.delete(id);
  if (!draft.add.has(id)) return { ...draft, change, remove: new Set([...draft.remove, id]) };
  const add = new Map(draft.add);
  add.delete(id);
  return { ...draft, change, add };
}

/** As it was in the version. */
export function restoreItem(draft: ItemDraft, id: string): ItemDraft {
  const change = new Map(draft.change);
  const remove = new Set(draft.remove);
  change.delete(id);
  remove.delete(id);
  return { ...draft, change, remove };
}

export function addItem(draft: ItemDraft, id: string, item: Item): ItemDraft {
  return { ...draft, add: new Map([...draft.add, [id, item]]) };
}

/** How the next version is made from `base_version` (0 = from nothing). */
export function toEditSource(draft: ItemDraft, base_version: number): DatasetSource {
  return {
    type: 'edit',
    base_version,
    remove: [...draft.remove],
    change: [...draft.change].map(([item_id, item]) => ({ item_id, item })),
    add: [...draft.add.values()].map((item) => ({ item })),
  };
}
