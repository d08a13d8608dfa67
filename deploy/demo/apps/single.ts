/** Apps that make one call: a summariser, a data extractor, and a child's dictionary on the older endpoint. */
import type { Planner } from '../visit.ts';

const MINUTES: readonly [string, ...string[]] = [
  'Minutes of Monday: Sato reports that the new check-out cut abandoned carts from 31 to 24 percent. Ito wants the same for the app. Decision: the app team starts on 1 December; Kimura writes the plan by Friday. Open: who pays for the translation into Korean?',
  'Post-mortem: from 09:12 to 09:58 half of all payments failed. Cause: a certificate of the payment provider had expired and our client did not retry. Action: alert on certificate age (Mori), retry with back-off (Abe), tell the 412 customers (support).',
  '定例会議の議事録：佐藤より新しい決済画面の報告。離脱率は31％から24％に下がった。伊藤はアプリにも同じ改善を希望。12月1日から着手し、計画書は金曜までに木村が作成する。韓国語への翻訳費用の負担は未決。',
  'Interview notes: the customer runs three cafés, orders beans twice a week by phone, and would pay for a forecast that knows the weather. She never opens mails longer than five lines.',
];

const LETTERS: readonly [string, ...string[]] = [
  'Order AB-10422: 3 mugs and 1 tea pot, total 12,800 yen, paid by card on 2026-11-20, deliver to Sendai.',
  'Hello, invoice INV-2201 over 86,400 yen is open since October. Please pay by the end of the month. Aoba Trading',
  '注文番号JP-77120、抹茶碗2点、合計9,600円、代金引換、配送先は京都市中京区です。',
  'Cancelled: order AB-10510, 1 umbrella, 4,200 yen. The customer moved to Fukuoka.',
];

const ORDER_SCHEMA = {
  type: 'object',
  properties: {
    order_number: { type: 'string' },
    total_yen: { type: 'integer' },
    status: { type: 'string', enum: ['open', 'paid', 'cancelled'] },
    items: {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: { type: 'string' }, count: { type: 'integer' } },
        required: ['name', 'count'],
        additionalProperties: false,
      },
    },
  },
  required: ['order_number', 'total_yen', 'status', 'items'],
  additionalProperties: false,
};

/** One text to summarise, long or short. */
export const planSummary: Planner = (random) => {
  const text = random.pick(MINUTES);
  const copies = random.chance(0.15) ? random.int(20, 60) : 1;
  return {
    app: 'summariser',
    calls: 1,
    tags: copies > 1 ? ['summary', 'long'] : ['summary'],
    async run({ client, call, visitor }) {
      await call((options) =>
        client.responses.create(
          {
            model: visitor.small,
            instructions: 'Summarise in three bullet points, in the language of the text.',
            input: Array.from({ length: copies }, () => text).join('\n\n'),
            safety_identifier: visitor.user,
            metadata: { app: 'summariser' },
            max_output_tokens: 300,
          },
          options,
        ),
      );
    },
  };
};

/** One letter turned into a record. */
export const planExtraction: Planner = (random) => {
  const letter = random.pick(LETTERS);
  return {
    app: 'order-extractor',
    calls: 1,
    tags: ['extraction', 'json'],
    async run({ client, call, visitor }) {
      await call((options) =>
        client.chat.completions.create(
          {
            model: visitor.small,
            messages: [
              { role: 'developer', content: 'Extract the order. Use the schema, invent nothing.' },
              { role: 'user', content: letter },
            ],
            response_format: {
              type: 'json_schema',
              json_schema: { name: 'order', strict: true, schema: ORDER_SCHEMA },
            },
            user: visitor.user,
            metadata: { app: 'order-extractor' },
            temperature: 0,
            max_completion_tokens: 300,
          },
          options,
        ),
      );
    },
  };
};

/** One word explained by the older completions endpoint. */
export const planDictionary: Planner = (random) => {
  const word = random.pick(['checkpoint', 'barrier', 'courier', 'toll', 'pilgrim']);
  return {
    app: 'dictionary',
    calls: 1,
    tags: ['legacy'],
    async run({ client, call, visitor }) {
      await call((options) =>
        client.completions.create(
          {
            model: 'gpt-3.5-turbo-instruct',
            prompt: `Explain the word "${word}" to a child:`,
            user: visitor.user,
            max_tokens: 100,
          },
          options,
        ),
      );
    },
  };
};
