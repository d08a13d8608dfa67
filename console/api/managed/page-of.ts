/** A page of a list in OpenAI's shape, cut from what is in memory. */
import { AppError } from '../../../errors.ts';
import type { PageQuery } from '../../contract/list.ts';

export type ListPage<T> = {
  object: 'list';
  data: T[];
  first_id: string | null;
  last_id: string | null;
  has_more: boolean;
};

/**
 * The page of `items` (oldest first) that `query` asks for, of those that `isShown`. A page may well begin after
 * something that is not shown any more: whoever deletes what they list goes on from what they have just deleted.
 * @throws AppError invalid_query for an `after` or `before` that never was in the list
 */
export function toPage<T extends { id: string }>(
  items: readonly T[],
  { limit, after, before, order }: PageQuery,
  isShown: (item: T) => boolean = () => true,
): ListPage<T> {
  const sorted = order === 'asc' ? items : items.toReversed();
  const indexOf = (id: string, param: string): number => {
    const index = sorted.findIndex((item) => item.id === id);
    if (index === -1) throw new AppError('invalid_query', `${param}: is not in this list`, { param });
    return index;
  };
  const start = after === undefined ? 0 : indexOf(after, 'after') + 1;
  const end = before === undefined ? sorted.length : indexOf(before, 'before');
  const shown = sorted.slice(start, end).filter(isShown);
  // Before alone: the page that ends there, not the first one of the list.
  const data = before !== undefined && after === undefined ? shown.slice(-limit) : shown.slice(0, limit);
  const has_more = shown.length > data.length;
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more,
  };
}
