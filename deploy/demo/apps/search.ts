/** Search with retrieval: the question is embedded, the nearest passages go into the prompt of a streamed response. */
import type { Planner } from '../visit.ts';
import { drain } from '../visit.ts';

const PASSAGES = [
  'Leave: every employee has 20 days of paid leave a year; unused days lapse after two years.',
  'Travel: book trains in second class; the Shinkansen may be reserved from 100 km on.',
  'Expenses: hand in receipts by the fifth of the following month; above 30,000 yen ask first.',
  'Remote work: up to three days a week, from inside Japan, after the trial period.',
  'Security: lost devices are reported within one hour to security@example.com.',
  '育児休業: 子が一歳になるまで取得でき、申請は一か月前までに人事部へ行う。',
  '出張旅費: 日当は国内3,000円、海外6,000円とし、宿泊費は実費を精算する。',
  '健康診断: 年に一度、会社の費用で受診し、結果は本人と産業医だけが閲覧する。',
] as const;

const QUESTIONS: readonly [string, ...string[]] = [
  'How many days of leave do I have, and do they expire?',
  'May I take the Shinkansen from Sendai to Tokyo on company money?',
  'Until when must I hand in my receipts?',
  'Can I work from Portugal for two weeks?',
  'I left my laptop on the train. What do I do?',
  '育児休業はいつまでに申請すればよいですか？',
  '海外出張の日当はいくらですか？',
  '健康診断の結果は上司も見られますか？',
];

function toSimilarity(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}

/** One question to the company handbook: embed, look up, answer. */
export const planSearch: Planner = (random) => {
  const question = random.pick(QUESTIONS);
  return {
    app: 'handbook-search',
    calls: 2,
    tags: ['rag', 'handbook'],
    async run({ client, call, visitor }) {
      const embedded = await call((options) =>
        client.embeddings.create(
          {
            model: visitor.embedding,
            input: [question, ...PASSAGES],
            dimensions: 256,
            user: visitor.user,
          },
          options,
        ),
      );
      const [wanted, ...vectors] = embedded?.data.map((item) => item.embedding) ?? [];
      if (wanted === undefined) return;
      const nearest = PASSAGES.map((text, index) => ({
        text,
        score: toSimilarity(wanted, vectors[index] ?? []),
      }))
        .toSorted((one, other) => other.score - one.score)
        .slice(0, 3);
      await call(async (options) => {
        const stream = await client.responses.create(
          {
            model: visitor.small,
            instructions: `Answer from these passages only, in the language of the question.\n\n${nearest.map((passage, index) => `[${index + 1}] ${passage.text}`).join('\n')}`,
            input: question,
            safety_identifier: visitor.user,
            metadata: { app: 'handbook-search', passages: String(nearest.length) },
            max_output_tokens: 400,
            stream: true,
          },
          options,
        );
        return drain(stream);
      });
    },
  };
};
