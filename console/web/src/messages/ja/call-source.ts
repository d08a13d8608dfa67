/** 評価の項目やエクスポートの行の取得元（データセットまたは呼び出し）。 */
import type { callSource as en } from '../en/call-source.ts';
import type { Shape } from '../shape.ts';

export const callSource: Shape<typeof en> = {
  call_source: {
    range_24h: '過去 24 時間',
    range_7d: '過去 7 日間',
    range_30d: '過去 30 日間',
    range_all: 'すべての期間',
    range_custom: '期間を指定',
    any: 'すべて',
    prompt: 'プロンプト',
    feedback: 'フィードバック',
    feedback_up: '高評価',
    feedback_down: '低評価',
    feedback_corrected: '修正あり',
    feedback_commented: 'コメントあり',
    feedback_none: 'なし',
    also: '追加の条件: {what}',
    drop: '条件を外す',
    matching:
      '一致する呼び出しはありません。 | {n} 件の呼び出しが一致します。 | {n} 件の呼び出しが一致します。',
    no_count: '一致する件数を取得できませんでした。',
  },
  item_source: {
    where: '取得元',
    dataset: 'データセット',
    dataset_text: '内容が固定された項目の集まり',
    calls: '記録済みの呼び出し',
    calls_text: 'アプリが実際に送った内容とその回答',
    choose: 'データセットを選択',
    option: '{name}（空） | {name}（{n} 件） | {name}（{n} 件）',
    which_version: 'バージョン',
    newest: '最新',
    version: 'バージョン {n}',
    none: 'データセットがまだありません。',
    make: 'データセットを作成',
  },
};
