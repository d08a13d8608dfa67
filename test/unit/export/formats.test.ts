/** Lines as the trainers document them, and what each format has no place for. */
import { describe, expect, it } from 'vitest';
import { CSV_COLUMNS } from '../../../evals/export/formats/csv.ts';
import { FORMATS } from '../../../evals/export/formats.ts';
import { assistant, callOf, lineOf, recordOf, user, WEATHER } from './kit.ts';

const system = { role: 'system' as const, content: 'Marv is a factual chatbot that is also sarcastic.' };

describe('openai_sft', () => {
  it('is {messages} with the answer last', () => {
    const asked = [system, user("What's the capital of France?")];
    expect(recordOf('openai_sft', { messages: asked, answer: assistant('Paris.') })).toEqual({
      messages: [...asked, assistant('Paris.')],
    });
  });

  it('keeps tools, calls with arguments as text, their answers, and parallel_tool_calls only if false', () => {
    const messages = [
      user('Weather in Sendai?'),
      callOf('call_1'),
      { role: 'tool' as const, tool_call_id: 'call_1', content: '{"sky":"clear"}' },
    ];
    const given = { messages, tools: [WEATHER], answer: assistant('Clear.') };
    const { content: _content, ...call } = callOf('call_1');
    expect(recordOf('openai_sft', { ...given, parallel_tool_calls: false })).toEqual({
      messages: [messages[0], call, messages[2], assistant('Clear.')],
      tools: [WEATHER],
      parallel_tool_calls: false,
    });
    expect(recordOf('openai_sft', given)).not.toHaveProperty('parallel_tool_calls');
    expect(recordOf('openai_sft', { tools: [WEATHER], answer: callOf('call_2') })).toMatchObject({
      messages: [{}, { role: 'assistant', tool_calls: [{ id: 'call_2' }] }],
    });
  });

  it('keeps weights, developers, names and pictures; drops what SDKs add', () => {
    const picture = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
    ];
    const messages = [
      { role: 'developer' as const, content: 'Be brief.' },
      { role: 'user' as const, name: 'taro', content: picture },
      { ...assistant('A cat.'), weight: 0, refusal: null, annotations: [], audio: null },
      user('Sure?'),
    ];
    expect(recordOf('openai_sft', { messages })).toEqual({
      messages: [
        ...messages.slice(0, 2),
        { ...assistant('A cat.'), weight: 0 },
        user('Sure?'),
        assistant('On its way.'),
      ],
    });
  });

  it('takes the correction for the answer where there is one, unless told not to', () => {
    const given = { correction: 'It arrives tomorrow.' };
    expect(recordOf('openai_sft', given)).toMatchObject({
      messages: [{}, assistant('It arrives tomorrow.')],
    });
    expect(recordOf('openai_sft', given, { use_corrections: false })).toMatchObject({
      messages: [{}, assistant('On its way.')],
    });
  });

  it.each([
    ['no_assistant_message', { answer: undefined }],
    ['no_messages', { messages: [] }],
    ['missing_part', { lost: ['reasoning', 'blob'] }],
    ['audio', { messages: [{ role: 'user' as const, content: [{ type: 'input_audio' }] }] }],
    ['file_part', { messages: [{ role: 'user' as const, content: [{ type: 'file' }] }] }],
    ['invalid_role', { messages: [{ role: 'function' as const, content: 'x' }] }],
    ['custom_tool', { answer: { role: 'assistant' as const, tool_calls: [{ id: 'c', type: 'custom' }] } }],
    ['empty_content', { messages: [user('  ')] }],
    ['empty_content', { answer: assistant('') }],
    ['tool_call_unanswered', { messages: [user('a'), callOf('c1'), user('b')] }],
    ['tool_call_unanswered', { messages: [user('a'), callOf('c1')] }],
    [
      'tool_call_unknown',
      { messages: [user('a'), { role: 'tool' as const, tool_call_id: 'c', content: 'x' }] },
    ],
    ['tool_call_unknown', { answer: callOf('') }],
    ['invalid_tool_arguments', { answer: callOf('c', '{"city":') }],
    ['invalid_tool', { answer: callOf('c', '{}', 'get weather') }],
    ['invalid_tool', { tools: [{ type: 'function', function: { name: 'a b' } }] }],
    ['invalid_weight', { messages: [user('a'), { ...assistant('b'), weight: 2 }, user('c')] }],
    ['nothing_to_learn', { answer: { ...assistant('b'), weight: 0 } }],
  ])('leaves out as %s: %j', (reason, given) => {
    expect(lineOf('openai_sft', given)).toBe(reason);
  });

  it('lets thoughts go, which are no part of an answer', () => {
    expect(lineOf('openai_sft', { lost: ['reasoning'] })).toMatchObject({ corrected: false });
  });

  it('does not end over what is nested too deep to be written', () => {
    let deep: unknown = {};
    for (let i = 0; i < 100_000; i++) deep = { deep };
    expect(
      lineOf('openai_sft', { tools: [{ type: 'function', function: { name: 'f', parameters: deep } }] }),
    ).toBe('too_large');
  });
});

describe('openai_dpo', () => {
  const corrected = { correction: 'It arrives tomorrow.' };

  it('is input, the correction as preferred_output, the answer as non_preferred_output', () => {
    const given = { ...corrected, tools: [WEATHER], parallel_tool_calls: false as const };
    for (const use_corrections of [true, false]) {
      expect(recordOf('openai_dpo', given, { use_corrections })).toEqual({
        input: { messages: [user('Where is my order?')], tools: [WEATHER], parallel_tool_calls: false },
        preferred_output: [assistant('It arrives tomorrow.')],
        non_preferred_output: [assistant('On its way.')],
      });
    }
  });

  it.each([
    ['no_correction', {}],
    ['identical_pair', { correction: 'On its way.' }],
    ['no_assistant_message', { ...corrected, answer: undefined }],
    ['tool_call_unanswered', { ...corrected, messages: [user('a'), callOf('c1')] }],
    ['empty_content', { correction: ' ' }],
  ])('leaves out as %s: %j', (reason, given) => {
    expect(lineOf('openai_dpo', given)).toBe(reason);
  });
});

describe('hf_messages', () => {
  it('has text as content, arguments as an object, and no developer', () => {
    const messages = [
      {
        role: 'developer' as const,
        content: [
          { type: 'text', text: 'Be ' },
          { type: 'text', text: 'brief.' },
        ],
      },
      user('Weather?'),
      callOf('c1'),
      { role: 'tool' as const, tool_call_id: 'c1', content: 'clear' },
    ];
    expect(
      recordOf('hf_messages', { messages, tools: [WEATHER], answer: { ...assistant('Clear.'), weight: 1 } }),
    ).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.' },
        user('Weather?'),
        {
          role: 'assistant',
          content: '',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'get_weather', arguments: { city: '仙台' } } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'clear' },
        assistant('Clear.'),
      ],
      tools: [WEATHER],
    });
    const image = [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }];
    expect(lineOf('hf_messages', { messages: [{ role: 'user', content: image }] })).toBe('image_part');
  });
});

describe('csv', () => {
  const cellsOf = (given: Parameters<typeof lineOf>[1]): Record<string, string> => {
    const line = lineOf('csv', given);
    if (typeof line === 'string') throw new Error(line);
    return Object.fromEntries(parseCsv(line.text)[0]?.map((cell, i) => [CSV_COLUMNS[i] ?? '', cell]) ?? []);
  };

  it('begins with a mark and the names of its columns', () => {
    expect(FORMATS.csv.header).toBe(`\uFEFF${CSV_COLUMNS.join(',')}\r\n`);
  });

  it('quotes what needs it, and is read back as it was', () => {
    const answer = 'a "quoted", line\r\nand 関所 ';
    const cells = cellsOf({ answer: assistant(answer), session_id: 's1', correction: '' });
    expect(cells).toMatchObject({
      input: 'Where is my order?',
      answer,
      answered: answer,
      corrected: 'false',
      session_id: 's1',
    });
    expect(JSON.parse(cells['messages'] ?? '')).toEqual([user('Where is my order?')]);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])('lets no spreadsheet run %j', (answer) => {
    expect(cellsOf({ answer: assistant(answer) })['answer']).toBe(`'${answer}`);
  });

  it('says what was corrected, and takes calls of tools for an answer', () => {
    expect(cellsOf({ correction: 'Tomorrow.' })).toMatchObject({
      answer: 'Tomorrow.',
      answered: 'On its way.',
      corrected: 'true',
    });
    expect(cellsOf({ answer: callOf('c1') })['answer']).toContain('get_weather');
    expect(lineOf('csv', { answer: undefined })).toBe('no_assistant_message');
  });

  it('masks people, and no id that looks like a card', () => {
    const cells = cellsOf({ user_id: 'taro@example.jp', span_id: '4111111111111111' });
    expect(cells).toMatchObject({ user_id: '[EMAIL]', span_id: '4111111111111111' });
  });
});

/** RFC 4180, as a reader of it would. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare = '', end = ''] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r\n|$)/g,
  )) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  return rows;
}
