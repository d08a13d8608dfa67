/** What is written and asked in the walk around the loop, in either language. */
export type Story = {
  prompt: string;
  system: string;
  first: string;
  second: string;
  /** What only answers of the second version say: the demo repeats what it was asked. */
  shop: string;
  questions: readonly [string, string, ...string[]];
  correction: string;
  expected: string;
  label: readonly [string, string];
  dataset: string;
  evaluation: string;
  source: string;
  file: { name: string; text: string; question: string; found: string };
  exported: string;
};

const en: Story = {
  prompt: 'support-answer',
  system: 'You answer questions of customers in two sentences.',
  first: '{{question}}',
  second: 'For the lamp shop: {{question}}',
  shop: 'lamp shop',
  questions: [
    'How do I send something back?',
    'When does my parcel arrive?',
    'Can I pay by invoice?',
    'My lamp came broken. What now?',
    'Do you ship to Osaka?',
    'Is gift wrapping free?',
  ],
  correction: 'You can send it back within 30 days, and we pay the postage.',
  expected: 'Two to three working days after it left Osaka.',
  label: ['tone', 'curt'],
  dataset: 'Questions of the lamp shop',
  evaluation: 'Answers of the lamp shop',
  source: 'Help of the lamp shop',
  file: {
    name: 'returns.txt',
    text: 'Returns\n\nA lamp may be sent back within 30 days of delivery. The shop pays the postage.\n',
    question: 'Who pays the postage?',
    found: 'The shop pays the postage.',
  },
  exported: 'Support desk',
};

const ja: Story = {
  prompt: 'support-answer-ja',
  system: 'お客様の質問に二文で答えます。',
  first: '{{question}}',
  second: '照明店のお客様から：{{question}}',
  shop: '照明店',
  questions: [
    '返品はどうすればいいですか。',
    '荷物はいつ届きますか。',
    '請求書払いはできますか。',
    '届いたランプが壊れていました。',
    '大阪に送ってもらえますか。',
    'ギフト包装は無料ですか。',
  ],
  correction: '到着から30日以内であれば返品できます。送料は当店が負担します。',
  expected: '大阪を出てから二、三営業日で届きます。',
  label: ['口調', 'そっけない'],
  dataset: '照明店の質問',
  evaluation: '照明店の回答',
  source: '照明店のヘルプ',
  file: {
    name: '返品.txt',
    text: '返品について\n\n商品の到着から30日以内であれば返品できます。送料は当店が負担します。\n',
    question: '送料は誰が負担しますか',
    found: '当店が負担します',
  },
  exported: 'サポート窓口',
};

export const STORIES = { en, ja };
