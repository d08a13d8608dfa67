/** 学習データのエクスポート。 */
import type { exports as en } from '../en/exports.ts';
import type { Shape } from '../shape.ts';

export const exports: Shape<typeof en> = {
  exports: {
    title: 'エクスポート',
  },
};
