/** プロンプトの一覧とスタジオ。 */
import type { prompts as en } from '../en/prompts.ts';
import type { Shape } from '../shape.ts';

export const prompts: Shape<typeof en> = {
  prompts: {
    title: 'プロンプト',
  },
};
