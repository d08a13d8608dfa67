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
 * The page of `items` (oldest first) that `query` asks for. @throws AppError invalid_query for an `after` or `before`
 * that is not in the list
 */
export function toPage<T extends { id: string }>(
  items: readonly T[],
  { limit, after, before, order }: PageQuery,
): ListPage<T> {
  const sorted = order === 'asc' ? items : items.toReversed();
  const indexOf = (id: string, param: string): number => {
    const index = sorted.findIndex((item) => item.id === id);
    if (index === -1) throw new AppError('invalid_query', `${param}: is not in this list`, { param });
    return index;
  };
  const start = after === undefined ? 0 : indexOf(after, 'after') + 1;
  const end = before === undefined ? sorted.length : indexOf(before, 'before');
  // Before alone: the page that ends there, not the first one of the list.
  const from = before !== undefined && after === undefined ? Math.max(start, end - limit) : start;
  const data = sorted.slice(from, Math.min(from + limit, end));
  const has_more = before !== undefined && after === undefined ? from > 0 : from + data.length < end;
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more,
  };
}
