/** データセットとその項目。 */
import type { datasets as en } from '../en/datasets.ts';
import type { Shape } from '../shape.ts';

export const datasets: Shape<typeof en> = {
  datasets: {
    title: 'データセット',
  },
};
