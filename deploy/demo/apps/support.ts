/** A shop's support bot: several turns in Japanese or English, mostly streamed chat; now and then a user leaves. */
import type OpenAI from 'openai';
import type { Planner } from '../visit.ts';
import { drain } from '../visit.ts';

type Turns = readonly [string, ...string[]];

const JAPANESE: readonly [Turns, ...Turns[]] = [
  [
    '注文した商品がまだ届きません。注文番号はJP-48213です。',
    '追跡番号を教えてください。',
    'ありがとうございます。待ってみます。',
  ],
  ['返品したいのですが、手順を教えてください。', '箱を捨ててしまいました。それでも返品できますか？'],
  ['パスワードを忘れてログインできません。', 'メールが届きません。迷惑メールにもありません。'],
  ['領収書を会社名で発行してもらえますか？', '宛名は「株式会社 青葉商事」でお願いします。'],
  ['ポイントの有効期限はいつまでですか？'],
  ['届いたマグカップが割れていました。写真を送ればよいですか？', '交換ではなく返金を希望します。'],
  ['配送先の住所を変更したいです。もう発送されていますか？'],
  ['定期購入を一時停止できますか？', '来月の15日から再開したいです。'],
];

const ENGLISH: readonly [Turns, ...Turns[]] = [
  [
    'My order EN-20991 has not arrived yet. Where is it?',
    'It says delivered, but I have nothing.',
    'Please send a new one then.',
  ],
  ['How do I return a pair of shoes?', 'I threw the box away. Is that a problem?'],
  ['I forgot my password and the reset mail never comes.', 'Yes, I looked in the spam folder.'],
  ['Can I get an invoice with our company name on it?', 'It is Aoba Trading Ltd., Sendai.'],
  ['Do gift cards expire?'],
  ['The mug I bought came broken. What now?', 'I would rather have my money back.'],
  ['I was charged twice for one order! Fix this today.', 'The two charges are 5,400 yen each.'],
  ['Can I pause my subscription for a month?'],
];

const SYSTEM = {
  ja: 'あなたは通販サイト「あおば堂」の丁寧なサポート担当です。短く、正確に、敬語で答えてください。',
  en: 'You are the friendly support agent of the shop Aoba-do. Answer briefly, correctly, and never promise refunds.',
};

/** One conversation with the support bot. */
export const planSupport: Planner = (random) => {
  const language = random.chance(0.55) ? 'ja' : 'en';
  const turns = random.pick(language === 'ja' ? JAPANESE : ENGLISH);
  const leaves = random.chance(0.08);
  const streams = random.chance(0.8);
  return {
    app: 'support-bot',
    calls: turns.length,
    tags: ['support', language],
    async run({ client, call, visitor, random: chance }) {
      const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'system', content: SYSTEM[language] }];
      for (const [index, turn] of turns.entries()) {
        messages.push({ role: 'user', content: turn });
        const common = {
          model: visitor.small,
          messages: [...messages],
          user: visitor.user,
          metadata: { app: 'support-bot', language, turn: String(index + 1) },
          max_completion_tokens: 300,
        };
        const leaveAfter = leaves && index === turns.length - 1 ? chance.int(3, 9) : undefined;
        const text = await call(async (options) => {
          if (!streams) {
            const whole = await client.chat.completions.create(common, options);
            return whole.choices[0]?.message.content ?? '';
          }
          const withUsage = chance.chance(0.5) ? { stream_options: { include_usage: true } } : {};
          const body = { ...common, ...withUsage, stream: true as const };
          const chunks = await drain(await client.chat.completions.create(body, options), leaveAfter);
          return chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
        });
        if (text === undefined) return;
        messages.push({ role: 'assistant', content: text });
      }
    },
  };
};
