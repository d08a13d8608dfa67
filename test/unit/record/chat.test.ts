/** Messages in chat form: exact where the call was chat, the same in meaning where it was not. */
import { describe, expect, it } from 'vitest';
import {
  lastUserText,
  parseStoredMessages,
  toChatCall,
  toMessageText,
} from '../../../collector/record/chat.ts';
import type { Message } from '../../../collector/record/message.ts';

const text = (role: string, content: string): Message => ({ role, parts: [{ type: 'text', content }] });
const NOTHING = { input_messages: [], output_messages: [], request_raw: '' };

describe('a call of chat completions', () => {
  const messages = [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: 'c1',
          type: 'function',
          function: { name: 'look', arguments: '{ "n": 12345678901234567890 }' },
        },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'a cat' },
  ];
  const tools = [
    { type: 'function', function: { name: 'look', parameters: { type: 'object' }, strict: true } },
  ];
  const request_raw = JSON.stringify({ model: 'm', messages, tools });

  it('is taken from its own request, to the letter', () => {
    const call = toChatCall({
      ...NOTHING,
      dialect: 'openai.chat',
      input_messages: [text('user', 'not this')],
      output_messages: [text('assistant', 'A cat.'), text('assistant', 'the second choice')],
      request_raw,
    });
    expect(call).toEqual({ messages, tools, answer: { role: 'assistant', content: 'A cat.' }, lost: [] });
  });

  it('falls back to what was understood of it where the request is cut or strange', () => {
    const input_messages = [text('user', 'Hello')];
    for (const raw of [
      '',
      request_raw.slice(0, 40),
      '[]',
      '{"messages":[{"role":"alien"}]}',
      '{"messages":"no"}',
    ]) {
      const { messages: said } = toChatCall({
        ...NOTHING,
        dialect: 'openai.chat',
        input_messages,
        request_raw: raw,
      });
      expect(said).toEqual([{ role: 'user', content: 'Hello' }]);
    }
  });
});

describe('a call of another kind', () => {
  const dialect = 'openai.responses';

  it('has roles, tool calls with their arguments as text, and a message for each result', () => {
    const input_messages: Message[] = [
      text('system', 'Be brief.'),
      text('user', 'Weather?'),
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'hm' },
          { type: 'tool_call', id: 'c1', name: 'weather', arguments: { city: '東京' } },
          { type: 'tool_call', id: 'c2', name: 'weather', arguments: 'not json' },
        ],
      },
      {
        role: 'tool',
        parts: [
          { type: 'tool_call_response', id: 'c1', response: 'sunny' },
          { type: 'tool_call_response', id: 'c2', response: { sky: 'clear' } },
        ],
      },
    ];
    const { messages, lost } = toChatCall({ ...NOTHING, dialect, input_messages });
    const call = (id: string, given: string) => ({
      id,
      type: 'function',
      function: { name: 'weather', arguments: given },
    });
    expect(messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [call('c1', '{"city":"東京"}'), call('c2', 'not json')],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
      { role: 'tool', tool_call_id: 'c2', content: '{"sky":"clear"}' },
    ]);
    expect(lost).toEqual(['reasoning']);
  });

  it('keeps pictures that have an address, and says what it could not keep', () => {
    const parts: Message['parts'] = [
      { type: 'text', content: 'Look' },
      { type: 'uri', modality: 'image', uri: 'https://example.com/a.png' },
      { type: 'uri', modality: 'document', uri: 'file-1' },
      { type: 'blob', modality: 'audio', bytes: 3 },
    ];
    const search = { type: 'file_search_call', id: 'fs_1', queries: ['x'] };
    const output_messages: Message[] = [
      {
        role: 'assistant',
        parts: [
          { type: 'tool_call', id: 'fs_1', name: 'file_search', arguments: search },
          { type: 'text', content: 'One.' },
          { type: 'text', content: ' Two.' },
        ],
      },
    ];
    const call = toChatCall({
      ...NOTHING,
      dialect,
      input_messages: [{ role: 'user', parts }],
      output_messages,
    });
    expect(call.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        ],
      },
    ]);
    expect(call.answer).toEqual({ role: 'assistant', content: 'One. Two.' });
    expect(call.lost).toEqual(['uri', 'blob', 'hosted_tool']);
  });

  it('has a refusal as one', () => {
    const output_messages: Message[] = [{ role: 'assistant', parts: [{ type: 'refusal', content: 'No.' }] }];
    const { answer } = toChatCall({ ...NOTHING, dialect, output_messages });
    expect(answer).toEqual({ role: 'assistant', content: null, refusal: 'No.' });
    expect(answer && toMessageText(answer)).toBe('No.');
  });

  it('has its functions in chat form, and none of what the provider runs', () => {
    const request_raw = JSON.stringify({
      tools: [
        { type: 'function', name: 'f', parameters: { a: 1 }, strict: null },
        { type: 'web_search' },
        7,
        null,
      ],
    });
    const { tools } = toChatCall({ ...NOTHING, dialect, request_raw });
    expect(tools).toEqual([
      { type: 'function', function: { name: 'f', parameters: { a: 1 }, strict: null } },
    ]);
  });
});

it('finds the last thing a user said, as text', () => {
  const parts = [{ type: 'text', text: 'And ' }, { type: 'image_url' }, { type: 'text', text: 'this?' }];
  expect(
    lastUserText([
      { role: 'user', content: 'First' },
      { role: 'user', content: parts },
      { role: 'assistant', content: 'x' },
    ]),
  ).toBe('And this?');
  expect(lastUserText([{ role: 'assistant', content: 'x' }])).toBe('');
});

it('reads stored messages, and nothing from what is none', () => {
  expect(parseStoredMessages(JSON.stringify([text('user', 'x')]))).toEqual([text('user', 'x')]);
  for (const broken of ['', '{', '{}', '[1]', 'null']) expect(parseStoredMessages(broken)).toEqual([]);
});
