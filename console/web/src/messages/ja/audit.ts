/** 変更履歴。 */
import type { audit as en } from '../en/audit.ts';
import type { Shape } from '../shape.ts';

export const audit: Shape<typeof en> = {
  audit: {
    title: '変更履歴',
  },
};
