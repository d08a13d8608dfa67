/** What the page of a run shows, as it stands in its URL. */
import type { UrlQuery } from '../calls/call-view.ts';

export const ITEM_STATUSES = ['pass', 'fail', 'error'] as const;
export type ItemStatus = (typeof ITEM_STATUSES)[number];
export type RunView = { status: ItemStatus | ''; item: string };

export function parseRunView(query: UrlQuery): RunView {
  return {
    status: ITEM_STATUSES.find((one) => one === query['status']) ?? '',
    item: typeof query['item'] === 'string' ? query['item'] : '',
  };
}

export function toRunQuery({ status, item }: RunView): UrlQuery {
  return { ...(status ? { status } : {}), ...(item ? { item } : {}) };
}
