/** Items of datasets as examples, and the files that come of them. */
import { describe, expect, it } from 'vitest';
import { fromItem } from '../../../evals/export/example.ts';
import { toFileId, toFilename } from '../../../evals/export/files.ts';
import { assistant, user, WEATHER } from './kit.ts';

const fromJson = (item: Record<string, unknown>) =>
  fromItem({ item_id: 'item_1', position: 0, item, trace_id: '', span_id: '', session_id: '' }, []).example;

describe('an item', () => {
  it('of a call has what was asked, answered and expected', () => {
    const item = {
      messages: [user('q')],
      tools: [WEATHER],
      input: 'q',
      output: 'a',
      expected: 'b',
      model: 'm',
    };
    expect(fromJson(item)).toMatchObject({
      item_id: 'item_1',
      messages: [user('q')],
      tools: [WEATHER],
      answer: assistant('a'),
      correction: 'b',
      model: 'm',
    });
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
    expect(fromJson({ messages: [user('q')], output: '', output_tools: [call] }).answer).toEqual({
      role: 'assistant',
      content: '',
      tool_calls: [call],
    });
  });

  it('of a training line ends in its answer', () => {
    const line = { messages: [user('q'), { ...assistant('a'), weight: 1 }], parallel_tool_calls: false };
    expect(fromJson(line)).toMatchObject({
      messages: [user('q')],
      answer: { ...assistant('a'), weight: 1 },
      parallel_tool_calls: false,
    });
  });

  it('of a table has input, output and expected', () => {
    expect(fromJson({ input: 'q', output: 'a', expected: '' })).toMatchObject({
      messages: [user('q')],
      answer: assistant('a'),
      correction: '',
    });
    expect(fromJson({ input: 'q', expected: 'b' })).toMatchObject({ answer: undefined, correction: 'b' });
    expect(fromJson({ question: 1, messages: 'none', output: 3 })).toMatchObject({
      messages: [],
      answer: undefined,
    });
  });
});

describe('a file', () => {
  const id = 'export_0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';

  it('has an id that follows from the export and the split', () => {
    expect(toFileId(id, 'train')).toMatch(/^file-0190a1b2-c3d4-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(toFileId(id, 'train')).toBe(toFileId(id, 'train'));
    expect(
      new Set([toFileId(id, 'train'), toFileId(id, 'validation'), toFileId(`${id}1`, 'train')]).size,
    ).toBe(3);
  });

  it.each([
    ['support', 'support-train.jsonl'],
    ['', 'export-train.jsonl'],
    ['../../etc/passwd\n', 'etc-passwd-train.jsonl'],
    ['問い合わせ 11月', '問い合わせ 11月-train.jsonl'],
  ])('of %j is called %s', (name, filename) => {
    expect(toFilename(name, 'train', 'jsonl')).toBe(filename);
  });
});
