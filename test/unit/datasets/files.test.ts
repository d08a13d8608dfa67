/** Files as items: what is read, what is told, and what ends it; and lines and cells on the way out. */
import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { toCsvLine } from '../../../evals/datasets/csv.ts';
import { createProblems } from '../../../evals/datasets/problems.ts';
import { readFileItems } from '../../../evals/datasets/read-file.ts';
import { readLines } from '../../../evals/files/lines.ts';

type Read = { items: unknown[]; problems: string[]; error: string };

async function read(filename: string, ...pieces: (string | readonly number[])[]): Promise<Read> {
  const problems = createProblems();
  const items: unknown[] = [];
  const source = Readable.from(pieces.map((piece) => Buffer.from(piece as string)));
  const error = await (async () => {
    for await (const item of readFileItems(filename, source, problems)) items.push(item);
    return '';
  })().catch((thrown: Error) => thrown.message);
  return { items, problems: problems.list(), error };
}
const fine = { problems: [], error: '' };

describe('JSONL', () => {
  it('is one object a line, whatever separates characters within one', async () => {
    const line = JSON.stringify({ text: 'a\u2028b\u0085c\rd', 日本: [1, { x: null }] });
    expect(await read('a.jsonl', `\uFEFF${line}\r\n\n  \n{"q":2}`)).toEqual({
      ...fine,
      items: [{ text: 'a\u2028b\u0085c\rd', 日本: [1, { x: null }] }, { q: 2 }],
    });
  });

  it('is read across pieces that cut characters and line ends', async () => {
    const bytes = [...Buffer.from('{"q":"日本🙂"}\r\n{"q":2}\n')];
    expect(await read('a.jsonl', ...bytes.map((byte) => [byte]))).toEqual({
      ...fine,
      items: [{ q: '日本🙂' }, { q: 2 }],
    });
  });

  it('is unwrapped where a line holds an item and where it came from, and nothing else', async () => {
    const { items } = await read(
      'evals.jsonl',
      '{"item":{"q":1}}\n{"item_id":"item_1","item":{"q":2},"trace_id":"","span_id":"","session_id":"s"}\n',
      '{"item":{"q":3},"sample":{}}\n{"item":4}\n',
    );
    expect(items).toEqual([{ q: 1 }, { q: 2 }, { item: { q: 3 }, sample: {} }, { item: 4 }]);
  });

  it('tells of every line that is no item, with its number', async () => {
    expect(await read('a.jsonl', '{"q":1}\n{"q":\n[1]\nnull\n', [0x22, 0xff, 0x22, 0x0a], '{"q":2}')).toEqual(
      {
        error: '',
        items: [{ q: 1 }, { q: 2 }],
        problems: [
          'line 2: is not valid JSON',
          'line 3: is no JSON object',
          'line 4: is no JSON object',
          'line 5: is not UTF-8',
        ],
      },
    );
  });

  it('is not an array', async () => {
    expect((await read('a.jsonl', '[{"q":1}]')).error).toMatch(/JSON array/);
  });
});

describe('CSV', () => {
  it('has names in its first line, and text in all others', async () => {
    const table = '\uFEFFq, answer\r\n1,"two\nlines, ""quoted"""\r\n\r\n007,\r\n=1+1,-5\r\n';
    expect(await read('a.CSV', table)).toEqual({
      ...fine,
      items: [
        { q: '1', answer: 'two\nlines, "quoted"' },
        { q: '007', answer: '' },
        { q: '=1+1', answer: '-5' },
      ],
    });
    expect(await read('a.tsv', 'q\ta\n1\t2,3')).toEqual({ ...fine, items: [{ q: '1', a: '2,3' }] });
  });

  it('tells of every line that does not fit its columns, with the number it begins at', async () => {
    const { items, problems } = await read(
      'a.csv',
      'q,a\n"1\n",2\n3\n4,5,6\n7,8\n',
      [0x39, 0x2c, 0xff, 0x0a],
    );
    expect(items).toEqual([
      { q: '1\n', a: '2' },
      { q: '7', a: '8' },
    ]);
    expect(problems).toEqual([
      'line 4: has 1 values for 2 columns',
      'line 5: has 3 values for 2 columns',
      'line 7: is not UTF-8',
    ]);
  });

  it.each([
    ['q,a\n1,2\n3,"4"5\n', 'line 3: text follows a closing quotation mark'],
    ['q,a\n1,2\n3,4"5\n', 'line 3: a quotation mark stands in a value that does not begin with one'],
    ['q,a\n1,2\n"3,4\n5,6\n', 'a quotation mark opens and never closes'],
    ['q,,a\n1,2,3\n', 'A column in the first line has no name.'],
    ['q,a,q\n1,2,3\n', 'Two columns are named q.'],
  ])('%j cannot be read: %s', async (table, reason) =>
    expect((await read('a.csv', table)).error).toContain(reason),
  );
});

it('problems are at most a hundred lines, and none is silent', () => {
  const problems = createProblems();
  for (let n = 1; n <= 250; n++) problems.add(`line ${n}: ${'x'.repeat(1000)}`);
  problems.count('call without messages');
  problems.count('call without messages');
  const lines = problems.list();
  expect(lines).toHaveLength(100);
  expect(lines[0]).toBe('2 × call without messages');
  expect(lines[1]).toHaveLength(300);
  expect(lines[99]).toBe('… and 152 more');
});

it('lines end at \\n and \\r\\n alone, and are numbered', async () => {
  const lines = [];
  for await (const line of readLines(Readable.from([Buffer.from('a\r\n\nb\u2028c\rd')]))) lines.push(line);
  expect(lines).toEqual([
    { text: 'a', number: 1 },
    { text: '', number: 2 },
    { text: 'b\u2028c\rd', number: 3 },
  ]);
});

describe('a line of CSV', () => {
  it('is read back by others as what it was', () => {
    const values = ['plain', 'a,b', 'say "hi"', 'two\r\nlines', ' spaced ', '日本', '', '-12.5', '12'];
    expect(parse(toCsvLine(values))).toEqual([values]);
    expect(toCsvLine([undefined, null, 1, true, { a: ['b'] }])).toBe(',,1,true,"{""a"":[""b""]}"\r\n');
  });

  it.each(['=1+1', '+1', '-1+1', '-x', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '-'])(
    'runs no formula from %j',
    (text) => {
      expect((parse(toCsvLine([text])) as string[][])[0]).toEqual([`'${text}`]);
    },
  );
});
