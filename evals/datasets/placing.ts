/** Gives the items of a version their places: what becomes of an item, and what is left out. */
import { toJsonText } from '../../collector/append/insert-rows.ts';
import { isTooDeep, MAX_JSON_DEPTH } from '../../collector/record/depth.ts';
import type { NewItem } from './call-item.ts';
import type { Problems } from './problems.ts';
import { MAX_ITEM_BYTES } from './read-file.ts';

/** Positions 0, 1, 2 ... and ids that no two items of a version share. */
export function createPlacing(problems: Problems) {
  /** Ids that are given, each with the number that its next namesake is tried with. */
  const ids = new Map<string, number>();
  let count = 0;
  const place = ({ item_id, item, ...from }: NewItem) => {
    if (isTooDeep(item)) return problems.count(`item nested more than ${MAX_JSON_DEPTH} deep`);
    const text = toJsonText(item);
    if (text.length > MAX_ITEM_BYTES) return problems.count(`item of more than ${MAX_ITEM_BYTES} characters`);
    if (from.span_id !== '' && ids.has(item_id))
      return problems.count('call that is among the items already');
    const id = toFreeId(ids, item_id);
    return { ...from, item_id: id, item: text, position: count++ };
  };
  return Object.assign(place, { count: () => count });
}

/** A file may hold the same line a million times, so the numbers that are taken are not tried again. */
function toFreeId(ids: Map<string, number>, wanted: string): string {
  let id = wanted;
  let n = ids.get(wanted) ?? 2;
  while (ids.has(id)) id = `${wanted}.${n++}`;
  ids.set(wanted, n);
  if (id !== wanted) ids.set(id, 2);
  return id;
}
