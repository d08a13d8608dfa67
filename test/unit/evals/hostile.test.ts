import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createPlacing } from '../../../evals/datasets/placing.ts';
import { createProblems } from '../../../evals/datasets/problems.ts';
import { type FileItem, readFileItems } from '../../../evals/datasets/read-file.ts';
import { checkCriteria } from '../../../evals/graders/check.ts';
import { findObject, toJudgeText } from '../../../evals/graders/judge-answer.ts';
import { gradeLabelModel } from '../../../evals/graders/label-model.ts';
import { fillIn } from '../../../evals/graders/scope.ts';
import { parseItemLine } from '../../../evals/runs/item-line.ts';
import { keepItems, MAX_RUN_ITEMS, type RunItem } from '../../../evals/runs/items.ts';
import type { FileContents } from '../../../evals/files/contents.ts';
import { says, tools } from './kit.ts';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

async function readAll(filename: string, text: string): Promise<{ items: FileItem[]; problems: string[] }> {
  const problems = createProblems();
  const items: FileItem[] = [];
  for await (const item of readFileItems(filename, Readable.from([Buffer.from(text)]), problems)) {
    items.push(item);
  }
  return { items, problems: problems.list() };
}

describe('what is made to take for ever', () => {
  it('as a template of braces is checked at once', () => {
    const grader = { type: 'string_check', name: 'a', reference: 'x', operation: 'eq' } as const;
    checkCriteria([{ ...grader, input: '{{'.repeat(500_000) }]);
    expect(() => checkCriteria([{ ...grader, input: `${'{{'.repeat(500_000)}item.a.b c}}` }])).toThrow(
      'is none of',
    );
  });

  it('as an answer of a judge is read at once', async () => {
    expect(toJudgeText('m', says(`<think>a</think>{}<think>${'<think>'.repeat(100_000)}`).body)).toMatch(
      /^\{\}/,
    );
    expect(findObject('{'.repeat(500_000), 'score')).toBeUndefined();
    const grader = {
      type: 'label_model',
      name: 'a',
      model: 'm',
      input: [{ role: 'user', content: 'x' }],
      labels: ['good', 'bad'],
      passing_labels: ['good'],
    } as const;
    const spaces = tools(() => says(`good${' '.repeat(500_000)}x`));
    await expect(
      (async () => gradeLabelModel(structuredClone(grader) as never, { item: {}, sample: {} }, spaces))(),
    ).rejects.toThrow('did not answer as asked');
  });

  it('as a file of one line a hundred thousand times gets its ids at once', () => {
    const place = createPlacing(createProblems());
    const one = { item_id: 'item_a', item: { a: 1 }, trace_id: '', span_id: '', session_id: '' };
    const ids = Array.from({ length: 100_000 }, () => place(one)?.item_id);
    expect(ids.slice(0, 3)).toEqual(['item_a', 'item_a.2', 'item_a.3']);
    expect(new Set(ids).size).toBe(100_000);
    expect(place({ ...one, item_id: 'item_a.2' })?.item_id).toBe('item_a.2.2');
  });

  it('as a table of endless columns is refused at once', async () => {
    const columns = Array.from({ length: 200_000 }, (_, i) => `c${i}`).join(',');
    await expect(readAll('a.csv', `${columns}\n`)).rejects.toThrow('more than 1000 columns');
  });
});

describe('what is made to be too much', () => {
  it('is left out with its line where it is nested too deep', async () => {
    const { items, problems } = await readAll('a.jsonl', `{"a":${nested(20_000)}}\n{"a":${nested(100)}}\n`);
    expect(items).toHaveLength(1);
    expect(problems).toEqual(['line 1: is nested more than 200 deep']);
    expect(parseItemLine(`{"item":{"a":${nested(20_000)}}}`)).toBe('is nested more than 200 deep');
  });

  it('is no text of gigabytes from a short template', () => {
    const scope = { item: { a: 'x'.repeat(100_000) }, sample: {} };
    expect(() => fillIn('{{item.a}}'.repeat(2_000), scope)).toThrow('too long');
  });

  it('is no run of more items than one that goes on can look through', async () => {
    const contents = {
      async write(_project: string, lines: AsyncIterable<string>) {
        let bytes = 0;
        for await (const line of lines) bytes += line.length;
        return { sha256: 'a', bytes };
      },
    } as unknown as FileContents;
    function* items(count: number): Generator<RunItem> {
      for (let i = 0; i < count; i++) {
        yield { key: String(i), item: {}, sample: {}, trace_id: '', span_id: '' };
      }
    }
    expect((await keepItems(contents, 'p', items(MAX_RUN_ITEMS))).total).toBe(MAX_RUN_ITEMS);
    await expect(keepItems(contents, 'p', items(MAX_RUN_ITEMS + 1))).rejects.toThrow('at most 100000 items');
  });
});
