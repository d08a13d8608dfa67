import { describe, expect, it } from 'vitest';
import { findConversation, toMessage } from '../../../console/web/src/datasets/chat-messages.ts';
import { parseDatasetView, toDatasetQuery } from '../../../console/web/src/datasets/dataset-view.ts';
import {
  addItem,
  changeItem,
  countChanges,
  EMPTY_DRAFT,
  removeItem,
  restoreItem,
  toEditSource,
} from '../../../console/web/src/datasets/item-draft.ts';
import { parseField, toFieldText } from '../../../console/web/src/datasets/item-field.ts';
import { findColumns, listFields, toCellText } from '../../../console/web/src/datasets/items.ts';

describe('the view of a dataset in the URL', () => {
  it('comes back as it went in, and falls back where it does not understand', () => {
    const view = { version: 3, item: 'item_1' };
    expect(parseDatasetView(toDatasetQuery(view) as Record<string, string>)).toEqual(view);
    expect(parseDatasetView({ version: '-1', item: null })).toEqual({ version: 0, item: '' });
    expect(toDatasetQuery({ version: 0, item: '' })).toEqual({});
  });
});

describe('columns', () => {
  it('are what calls know, expected too though none has it yet', () => {
    const item = { messages: [], input: 'a', output: 'b', model: 'm', metadata: {} };
    expect(findColumns([item])).toEqual(['input', 'output', 'expected']);
  });

  it('are those of a file, known ones first, four at most', () => {
    const items = [
      { topic: 'x', expected: 'e', input: 'i', a: 1, b: 2 },
      { topic: 'y', input: 'j', c: null },
    ];
    expect(findColumns(items)).toEqual(['input', 'expected', 'topic', 'a']);
    expect(findColumns([{ question: 'q', answer: 'a' }])).toEqual(['question', 'answer']);
  });

  it('are the messages where there is nothing else', () => {
    expect(findColumns([{ messages: [{ role: 'user', content: 'x' }] }])).toEqual(['messages']);
    expect(findColumns([])).toEqual([]);
  });
});

describe('a cell', () => {
  it.each([
    ['text', 'text'],
    [undefined, ''],
    [null, ''],
    [7, '7'],
    [{ a: [1] }, '{"a":[1]}'],
    [
      [
        { role: 'system', content: 's' },
        { role: 'user', content: 'asked' },
      ],
      'asked',
    ],
    ['x'.repeat(9999), 'x'.repeat(300)],
  ])('of %j', (value, text) => {
    expect(toCellText(value)).toBe(text);
  });
});

describe('fields to edit', () => {
  it('begin with what is expected; what is shown already comes last', () => {
    expect(listFields({ messages: [], input: 'i', topic: 't', model: 'm' })).toEqual([
      'expected',
      'input',
      'topic',
      'messages',
      'model',
    ]);
  });

  it('are text as text and all else as JSON, and gone when empty', () => {
    expect(toFieldText('a\nb')).toBe('a\nb');
    expect(toFieldText({ a: 1 })).toBe('{\n  "a": 1\n}');
    expect(toFieldText(undefined)).toBe('');
    expect(parseField('{"a":1}', true)).toEqual({ ok: true, value: '{"a":1}' });
    expect(parseField('{"a":1}', false)).toEqual({ ok: true, value: { a: 1 } });
    expect(parseField('{"a":', false)).toEqual({ ok: false });
    expect(parseField('  ', false)).toEqual({ ok: true, value: undefined });
  });
});

describe('messages of an item', () => {
  it('are cards like those of a call', () => {
    const { input, output } = findConversation({
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image_url', image_url: { url: 'https://x/y.png' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{"id":1}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '{"found":true}' },
      ],
      output: 'It is there.',
    });
    expect(input.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool']);
    expect(input[1]?.parts).toEqual([
      { type: 'text', content: 'See' },
      { type: 'uri', modality: 'image', uri: 'https://x/y.png' },
    ]);
    expect(input[2]?.parts).toEqual([{ type: 'tool_call', id: 'c1', name: 'find', arguments: '{"id":1}' }]);
    expect(input[3]?.parts).toEqual([{ type: 'tool_call_response', id: 'c1', response: '{"found":true}' }]);
    expect(output).toEqual([{ role: 'assistant', parts: [{ type: 'text', content: 'It is there.' }] }]);
  });

  it('are none where an item has none, and strange ones are shown as they are', () => {
    expect(findConversation({ question: 'q' })).toEqual({ input: [], output: [] });
    expect(toMessage(7)).toEqual({ role: 'unknown', parts: [{ type: 'generic', value: 7 }] });
    const picture = {
      role: 'user',
      content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
    };
    expect(toMessage(picture).parts[0]).toMatchObject({ type: 'blob', modality: 'image' });
  });
});

describe('a draft', () => {
  const original = { input: 'i' };

  it('collects changes, and forgets those that are none', () => {
    let draft = changeItem(EMPTY_DRAFT, 'a', { input: 'i', expected: 'e' }, original);
    draft = removeItem(draft, 'b');
    draft = addItem(draft, 'new-1', { input: 'n' });
    expect(countChanges(draft)).toBe(3);
    expect(countChanges(changeItem(draft, 'a', { input: 'i' }, original))).toBe(2);
    expect(countChanges(restoreItem(draft, 'b'))).toBe(2);
  });

  it('says how the next version is made', () => {
    let draft = changeItem(EMPTY_DRAFT, 'a', { input: 'j' }, original);
    draft = removeItem(draft, 'b');
    draft = addItem(draft, 'new-1', { input: 'n' });
    draft = changeItem(draft, 'new-1', { input: 'm' }, {});
    expect(toEditSource(draft, 3)).toEqual({
      type: 'edit',
      base_version: 3,
      remove: ['b'],
      change: [{ item_id: 'a', item: { input: 'j' } }],
      add: [{ item: { input: 'm' } }],
    });
  });

  it('does not change what it takes out, and what was added is simply gone', () => {
    let draft = changeItem(EMPTY_DRAFT, 'a', { input: 'j' }, original);
    draft = removeItem(draft, 'a');
    expect([draft.change.size, draft.remove.size]).toEqual([0, 1]);
    draft = removeItem(addItem(EMPTY_DRAFT, 'new-1', {}), 'new-1');
    expect(countChanges(draft)).toBe(0);
  });
});
