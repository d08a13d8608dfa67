/** 検索ソース。 */
import type { sources as en } from '../en/sources.ts';
import type { Shape } from '../shape.ts';

export const sources: Shape<typeof en> = {
  sources: {
    title: '検索ソース',
  },
};
