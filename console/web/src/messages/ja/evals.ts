/** 評価・実行・比較。 */
import type { evals as en } from '../en/evals.ts';
import type { Shape } from '../shape.ts';

export const evals: Shape<typeof en> = {
  evals: {
    title: '評価',
  },
};
