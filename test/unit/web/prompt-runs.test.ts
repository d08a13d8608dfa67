import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createEventReader } from '../../../console/web/src/client/stream.ts';
import { addChunk, NO_ANSWER, toShownText } from '../../../console/web/src/prompts/answer.ts';
import {
  addCases,
  createCase,
  MAX_CASES,
  parseCases,
  pasteAt,
} from '../../../console/web/src/prompts/cases.ts';
import { isTable, parseTable, toCases } from '../../../console/web/src/prompts/paste-table.ts';
import { createRunQueue, type Job } from '../../../console/web/src/prompts/run-queue.ts';
import { toCallSnippet } from '../../../console/web/src/prompts/snippets.ts';

describe('cells from a spreadsheet', () => {
  it.each([
    [
      'a\tb\nc\td',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a\tb\r\nc\t\r\n',
      [
        ['a', 'b'],
        ['c', ''],
      ],
    ],
    ['"two\nlines"\t"say ""hi"""', [['two\nlines', 'say "hi"']]],
    [
      'a,b\n"c,d",e',
      [
        ['a', 'b'],
        ['c,d', 'e'],
      ],
    ],
    // A tab anywhere outside of quotes: commas are text.
    ['Hello, you\tb', [['Hello, you', 'b']]],
    ['\uFEFF名前\t質問', [['名前', '質問']]],
    ['5" pipe\tx', [['5" pipe', 'x']]],
    ['one line', [['one line']]],
    ['', []],
    ['\n\n', []],
  ])('%j', (text, cells) => {
    expect(parseTable(text)).toEqual(cells);
  });

  it('take the first row for names where it has nothing else', () => {
    const cells = [
      ['question', ' shop ', 'note'],
      ['q1', 's1', 'n'],
    ];
    expect(toCases(cells, ['shop', 'question'])).toEqual({
      cases: [{ question: 'q1', shop: 's1' }],
      ignored: 1,
      named: true,
    });
    expect(toCases([['question mark', 'shop']], ['question', 'shop'])).toEqual({
      cases: [{ question: 'question mark', shop: 'shop' }],
      ignored: 0,
      named: false,
    });
    expect(toCases([['1', '2', '3']], ['a'])).toEqual({ cases: [{ a: '1' }], ignored: 2, named: false });
    expect(toCases([], ['a'])).toEqual({ cases: [], ignored: 0, named: false });
  });

  it('are told from an ordinary text of several lines', () => {
    expect(isTable('a paragraph\n\nand another', '<p>a paragraph</p>')).toBe(false);
    expect(isTable('a\nb', '<meta><table><tr><td>a')).toBe(true);
    expect(isTable('a\tb', '')).toBe(true);
  });

  it('go into the table from where they were pasted, and make rows', () => {
    const cases = [createCase({ a: '1', b: '2' }), createCase({ a: '3', b: '4' })];
    const pasted = pasteAt(cases, [['x', 'y', 'z'], ['u']], { row: 1, column: 1, variables: ['a', 'b'] });
    expect(pasted.map(({ values }) => values)).toEqual([{ a: '1', b: '2' }, { a: '3', b: 'x' }, { b: 'u' }]);
    expect(cases[1]?.values).toEqual({ a: '3', b: '4' });
    const many = Array.from({ length: MAX_CASES + 5 }, () => ['x']);
    expect(pasteAt(cases, many, { row: 0, column: 0, variables: ['a'] })).toHaveLength(MAX_CASES);
  });
});

describe('cases', () => {
  it('are added after those that are filled in, as far as there is room', () => {
    const { cases, left_out } = addCases([createCase(), createCase({ a: '1' })], [{ a: '2' }]);
    expect(cases.map(({ values }) => values)).toEqual([{ a: '1' }, { a: '2' }]);
    expect(left_out).toBe(0);
    const full = addCases(
      cases,
      Array.from({ length: MAX_CASES }, () => ({ a: 'x' })),
    );
    expect([full.cases.length, full.left_out]).toEqual([MAX_CASES, 2]);
    expect(addCases([createCase()], []).cases).toHaveLength(1);
  });

  it('are read back, and nothing else is', () => {
    const cases = [createCase({ a: '1' })];
    expect(parseCases(JSON.stringify(cases))).toEqual(cases);
    for (const text of [null, '', '{}', '[]', '[{"id":1,"values":{}}]', '[{"id":"x","values":null}]']) {
      expect(parseCases(text)).toBeUndefined();
    }
  });
});

describe('an answer that comes in pieces', () => {
  it('is read from events cut anywhere', () => {
    const text =
      ': ping\n\ndata: {"a":1}\r\n\r\ndata:two\ndata: lines\n\nevent: x\ndata: [DONE]\n\ndata: rest';
    for (const size of [1, 2, 7, text.length]) {
      const seen: string[] = [];
      const reader = createEventReader((data) => seen.push(data));
      for (let at = 0; at < text.length; at += size) reader.add(text.slice(at, at + size));
      reader.end();
      expect(seen).toEqual(['{"a":1}', 'two\nlines', '[DONE]', 'rest']);
    }
  });

  it('is put together from text, tools and counts', () => {
    const events = [
      { choices: [{ delta: { role: 'assistant', content: '' } }] },
      { choices: [{ delta: { content: 'Hel' } }] },
      { choices: [{ delta: { content: 'lo' } }], usage: null },
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { name: 'find', arguments: '{"i' } }] } }] },
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: 'd":1}' } }] } }] },
      { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
      { choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } },
    ].map((event) => JSON.stringify(event));
    const answer = [...events, '[DONE]'].reduce(addChunk, NO_ANSWER);
    expect(answer).toMatchObject({ input_tokens: 7, output_tokens: 3, finish_reason: 'tool_calls' });
    expect(toShownText(answer)).toBe('Hello\nfind({"id":1})');
    expect(NO_ANSWER.tool_calls).toEqual([]);
  });

  it('fails with the words of an error in the middle', () => {
    expect(() => addChunk(NO_ANSWER, '{"error":{"message":"overloaded","code":"x"}}')).toThrow('overloaded');
  });
});

describe('the queue of runs', () => {
  it('runs so many at once, in order, and says when it is idle', async () => {
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    let idle = 0;
    const queue = createRunQueue({ atOnce: 2, onIdle: () => idle++ });
    const job =
      (id: number): Job =>
      () =>
        new Promise((resolve) => {
          begun.push(id);
          ends.push(resolve);
        });
    queue.add([job(1), job(2), job(3)]);
    expect(begun).toEqual([1, 2]);
    ends[1]?.();
    await setImmediate();
    expect(begun).toEqual([1, 2, 3]);
    for (const end of ends) end();
    await setImmediate();
    expect(idle).toBe(1);
  });

  it('stops what runs and forgets what waits', async () => {
    const stopped: number[] = [];
    let begun = 0;
    const queue = createRunQueue({ atOnce: 1, onIdle: () => {} });
    const job: Job = (signal) =>
      new Promise((resolve) => {
        const id = ++begun;
        signal.addEventListener('abort', () => {
          stopped.push(id);
          resolve();
        });
      });
    queue.add([job, job]);
    queue.stop();
    await setImmediate();
    expect([begun, stopped]).toEqual([1, [1]]);
    queue.add([job]);
    await setImmediate();
    expect(begun).toBe(2);
    queue.stop();
  });
});

describe('how an app calls it', () => {
  const called = { id: 'pmpt_1', name: 'answer', version: 'production', variables: ['shop', 'order.id'] };

  it('has id, version and variables', () => {
    const code = toCallSnippet('responses', called);
    expect(code).toContain("id: 'pmpt_1'");
    expect(code).toContain("version: 'production'");
    expect(code).toContain("variables: { shop: '…', 'order.id': '…' }");
  });

  it('has the name of the model for chat, also without a wish', () => {
    expect(toCallSnippet('chat', called)).toContain("model: 'prompt:answer@production'");
    const curl = toCallSnippet('curl', { ...called, version: '', variables: [] });
    expect(JSON.parse(/-d '(.*)'/.exec(curl)?.[1] ?? '')).toEqual({ model: 'prompt:answer', messages: [] });
  });
});
