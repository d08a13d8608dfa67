/** What customers ask through the prompt, and what they think of the answers. */

export type Opinion = {
  thumb?: 'up' | 'down';
  comment?: string;
  /** What should have been answered. */
  correction?: string;
};
export type Asked = { user: string; question: string; opinion?: Opinion };

export const QUESTIONS: readonly Asked[] = [
  {
    user: 'sato@example.com',
    question: '返品したいのですが、箱を捨ててしまいました。それでも返品できますか？',
    opinion: {
      thumb: 'down',
      comment: '質問を繰り返すだけで、答えになっていません。',
      correction: 'はい、箱がなくても、商品到着後30日以内でしたら返品を承ります。',
    },
  },
  {
    user: 'tanaka@example.com',
    question: 'Aoba-doのポイントの有効期限はいつまでですか？',
    opinion: { thumb: 'up' },
  },
  {
    user: 'ito@example.com',
    question: '届いたマグカップが割れていました。どうすればよいですか？',
    opinion: {
      thumb: 'down',
      correction: '申し訳ございません。送料は当店が負担します。交換と返金のどちらをご希望ですか？',
    },
  },
  {
    user: 'mori@example.com',
    question: 'Aoba-doの領収書を会社名で発行してもらえますか？',
    opinion: { thumb: 'up' },
  },
  { user: 'suzuki@example.com', question: '配送先の住所を変更できますか？' },
  {
    user: 'yamada@example.com',
    question: '定期購入を一時停止できますか？',
    opinion: { comment: '丁寧でした。' },
  },
  {
    user: 'anna@example.com',
    question: 'How do I send back shoes without their box?',
    opinion: { thumb: 'up', comment: 'Quick, thank you.' },
  },
  {
    user: 'ben@example.com',
    question: 'I was charged twice for one order. What now?',
    opinion: {
      thumb: 'down',
      comment: 'It does not say when I get my money.',
      correction:
        'I am sorry. We return the second charge today; your bank shows it within five working days.',
    },
  },
  { user: 'chloe@example.com', question: 'Do gift cards of Aoba-do expire?', opinion: { thumb: 'up' } },
  { user: 'dmitri@example.com', question: 'It says delivered, but I have nothing. What can I do?' },
  {
    user: 'emma@example.com',
    question: 'Can I pause my Aoba-do subscription for a month?',
    opinion: { thumb: 'up' },
  },
  {
    user: 'farid@example.com',
    question: 'My mail is farid@example.com. Can you send the invoice with our company name?',
    opinion: { comment: 'It came the same day.' },
  },
];

/** Asked of the help pages themselves. */
export const LOOK_UPS: readonly Asked[] = [
  { user: 'anna@example.com', question: 'Who pays the postage for something that came broken?' },
  { user: 'sato@example.com', question: '返金はいつ届きますか？' },
  { user: 'ben@example.com', question: 'How long does delivery take outside of Japan?' },
  { user: 'ito@example.com', question: '住所は何時まで変更できますか？' },
];
