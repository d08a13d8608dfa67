/** One call with everything a conversation can hold. */
import type { Message, SpanDetail } from '../../../console/contract/calls.ts';
import { makeCall } from './world.ts';

const text = (role: string, content: string): Message => ({ role, parts: [{ type: 'text', content }] });

const HISTORY: Message[] = [
  text(
    'system',
    'You are the support assistant of a shop. Answer in the customer’s language, briefly, and never promise a date.',
  ),
  text('user', 'こんにちは。注文した商品がまだ届きません。'),
  text('assistant', 'ご不便をおかけしております。注文番号を教えていただけますか。'),
  text('user', '88213 です。'),
  {
    role: 'assistant',
    parts: [
      {
        type: 'reasoning',
        content: 'The customer gave an order number. I should look it up before I say anything.',
      },
      {
        type: 'tool_call',
        id: 'call_1',
        name: 'find_order',
        arguments: '{"order_id":"88213","with_tracking":true}',
      },
    ],
  },
  {
    role: 'tool',
    parts: [
      {
        type: 'tool_call_response',
        id: 'call_1',
        response:
          '{"state":"in_transit","carrier":"ヤマト運輸","left":"大阪","steps":[{"at":"2026-11-20","where":"大阪"},{"at":"2026-11-21","where":"名古屋"}]}',
      },
    ],
  },
  {
    role: 'user',
    parts: [
      { type: 'text', content: '写真も送ります。箱はこれと同じですか。' },
      { type: 'uri', modality: 'image', uri: 'https://tracker.example.net/pixel.png?who=hana' },
      { type: 'blob', modality: 'image', mime_type: 'image/jpeg', bytes: 482_113 },
    ],
  },
];

export function makeLongCall(changes: Partial<SpanDetail> = {}): SpanDetail {
  return makeCall({
    input: '写真も送ります。箱はこれと同じですか。',
    output: 'はい、同じ箱です。現在、名古屋の営業所を出たところです。',
    request_model: 'gpt-4o',
    response_model: 'gpt-4o-2024-11-20',
    session_id: 'sess-88213',
    user_id: 'user-hana',
    tags: ['support', 'ja'],
    metadata: { channel: 'web-chat', region: 'jp-west' },
    usage: { input_tokens: 1840, cache_read_tokens: 1024, output_tokens: 212, reasoning_tokens: 96 },
    input_messages: HISTORY,
    output_messages: [
      {
        role: 'assistant',
        finish_reason: 'stop',
        parts: [
          {
            type: 'text',
            content:
              'はい、同じ箱です。現在、**名古屋**の営業所を出たところです。\n\n- 配送会社: ヤマト運輸\n- 出荷元: 大阪\n\n<img src="https://tracker.example.net/p.png"> お届け日はお約束できませんが、通常は 1〜2 日で届きます。',
          },
        ],
      },
    ],
    ...changes,
  });
}
