import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFileContents, type FileContents } from '../../../evals/files/contents.ts';
import { checkDataSource } from '../../../evals/runs/check.ts';
import { findPosition, toOutputItemId } from '../../../evals/runs/grade-run-item.ts';
import {
  keepItems,
  type PlacedItem,
  readItems,
  toGivenItems,
  toItemKey,
  toSampleScope,
} from '../../../evals/runs/items.ts';
import { runDataSource } from '../../../collector/record/eval.ts';

function freshContents(): FileContents {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-items-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return createFileContents(folder);
}

describe('items of a run', () => {
  it('come back as they were kept, whatever characters they hold', async () => {
    const contents = freshContents();
    const given = toGivenItems([
      { item: { text: 'a\u2028b\u2029c\u0085d\r\n"{{e}}"' } },
      { item: { n: 1, deep: { list: [null, true] } }, sample: { output_text: '絵文字 👍' } },
    ]);
    const { total, sha256 } = await keepItems(contents, 'proj_1', given);
    const read: PlacedItem[] = [];
    for await (const item of readItems(contents, 'proj_1', sha256)) read.push(item);
    expect(total).toBe(2);
    expect(read).toEqual(given.map((item, position) => ({ ...item, position })));
  });

  it('that are equal have keys of their own, the same in every run', async () => {
    const contents = freshContents();
    const keysOf = async (): Promise<string[]> => {
      const twins = toGivenItems([{ item: { a: 1 } }, { item: { b: 2 } }, { item: { a: 1 } }]);
      const { sha256 } = await keepItems(contents, 'proj_1', twins);
      const keys: string[] = [];
      for await (const { key } of readItems(contents, 'proj_1', sha256)) keys.push(key);
      return keys;
    };
    const keys = await keysOf();
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe(`${keys[0] ?? ''}.2`);
    expect(await keysOf()).toEqual(keys);
  });

  it('have a key by what they say, not by the order of it', () => {
    expect(toItemKey({ a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBe(
      toItemKey({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }),
    );
    expect(toItemKey({ a: [1, 2] })).not.toBe(toItemKey({ a: [2, 1] }));
    expect(toItemKey({ a: '1' })).not.toBe(toItemKey({ a: 1 }));
  });

  it('have a sample whose text may stand in its choices', () => {
    const choices = [{ message: { role: 'assistant', content: 'hi' } }];
    expect(toSampleScope({ choices })).toEqual({ choices, output_text: 'hi' });
    expect(toSampleScope({ choices, output_text: 'own' })).toEqual({ choices, output_text: 'own' });
    expect(toSampleScope(undefined)).toEqual({});
  });

  it('name their results by place', () => {
    const id = toOutputItemId('evalrun_0190', 17);
    expect(findPosition('evalrun_0190', id)).toBe(17);
    expect(findPosition('evalrun_0191', id)).toBeUndefined();
    expect(findPosition('evalrun_0190', 'evaloi_0190_017')).toBeUndefined();
    expect(findPosition('evalrun_0190', 'nonsense')).toBeUndefined();
  });
});

describe('a source of data', () => {
  const source = { type: 'file_content', content: [{ item: {} }] };
  const check = (value: object) => () => checkDataSource(runDataSource.parse({ source, ...value }));
  const template = (content: string) => ({ type: 'template', template: [{ role: 'user', content }] });

  it.each([
    [
      { type: 'completions', model: 'm', input_messages: template('{{sample.x}}') },
      'data_source.input_messages: only',
    ],
    [{ type: 'completions', model: 'm', input_messages: template('{{x}}') }, 'is none of'],
    [{ type: 'responses', input_messages: template('hi') }, 'data_source.model: is needed'],
    [{ type: 'completions', prompt: { id: 'p', variables: { q: '{{z}}' } } }, 'data_source.prompt.variables'],
    [
      {
        type: 'completions',
        model: 'm',
        input_messages: { type: 'item_reference', item_reference: 'sample.x' },
      },
      'item_reference',
    ],
    [{ type: 'jsonl', source: { type: 'calls', filter: { modle: ['m'] } } }, 'data_source.source.filter'],
  ])('%j is refused', (value, message) => {
    expect(check(value)).toThrow(message);
  });

  it.each([
    [{ type: 'jsonl' }],
    [{ type: 'completions' }],
    [
      {
        type: 'responses',
        model: 'm',
        input_messages: { type: 'item_reference', item_reference: 'item.list[0].messages' },
      },
    ],
    [{ type: 'jsonl', source: { type: 'calls', filter: { model: ['m'] }, last_hours: 24 } }],
  ])('%j is fine', (value) => {
    expect(check(value)).not.toThrow();
  });
});
