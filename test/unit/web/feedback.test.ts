import { describe, expect, it } from 'vitest';
import { toAnswerText } from '../../../console/web/src/call/answer-text.ts';
import { findPrompt } from '../../../console/web/src/call/prompt-of.ts';
import { findRetrieval, hasSearched } from '../../../console/web/src/call/retrieval.ts';
import {
  findMine,
  listLabels,
  mergeScores,
  type Said,
  toMarks,
} from '../../../console/web/src/call/scores.ts';
import { findMarks, listValues } from '../../../console/web/src/calls/marks.ts';

let made = 0;
function said(changes: Partial<Said>): Said {
  return {
    score_id: `score_${++made}`,
    trace_id: 'a'.repeat(32),
    span_id: 'b'.repeat(16),
    response_id: '',
    name: 'thumb',
    source: 'feedback',
    value: null,
    label: '',
    comment: '',
    correction: '',
    author: 'acct_1',
    author_name: 'Hana',
    run_id: '',
    retracted: false,
    at: `2026-11-22T00:00:${String(made % 60).padStart(2, '0')}.000000Z`,
    ...changes,
  };
}

describe('what was said of a call', () => {
  it('is each author’s latest word, with what was just said over what is stored', () => {
    const before = said({ value: 1 });
    const other = said({ value: 1, author: 'acct_2' });
    const now = said({ value: 0 });
    const scores = mergeScores([before, other], [now]);
    expect(scores).toEqual([now, other]);
    expect(findMine(scores, 'acct_1').thumb).toBe('down');
    expect(findMine(scores, 'acct_2').thumb).toBe('up');
    expect(findMine(scores, 'acct_3')).toEqual({ thumb: '', comment: '', correction: '' });
  });

  it('is gone when it was taken back', () => {
    const scores = mergeScores([said({ value: 1 })], [said({ retracted: true })]);
    expect(scores).toEqual([]);
  });

  it('does not change when the server has stored what was said here', () => {
    const fresh = said({ value: 1 });
    expect(mergeScores([{ ...fresh, author_name: 'Hana Sato' }], [fresh])).toEqual([fresh]);
  });

  it('keeps a word of feedback and one of an evaluation of the same name apart', () => {
    const feedback = said({ name: 'quality', value: 1 });
    const graded = said({ name: 'quality', source: 'eval', value: 0, author: 'acct_1' });
    expect(mergeScores([feedback, graded], [])).toHaveLength(2);
    expect(listLabels([graded, said({ name: 'tone', label: 'kind' })])).toHaveLength(1);
  });

  it('comes to the same marks as a row has from the server', () => {
    const scores = mergeScores(
      [
        said({ value: 1 }),
        said({ value: 0, author: 'acct_2' }),
        said({ name: 'tone', source: 'label', label: 'kind' }),
        said({ name: 'quiz/exact', source: 'eval', value: 1, author: 'eval_1', run_id: 'evalrun_1' }),
      ],
      [],
    );
    expect(toMarks(scores)).toEqual([
      { name: 'thumb', source: 'feedback', value: 0.5, label: '', count: 2 },
      { name: 'tone', source: 'label', value: null, label: 'kind', count: 1 },
      { name: 'quiz/exact', source: 'eval', value: 1, label: '', count: 1 },
    ]);
  });
});

describe('the marks of a row', () => {
  const mark = { label: '', value: null, count: 1 };

  it('are one sign for each kind, the most telling first', () => {
    expect(
      findMarks([
        { ...mark, name: 'tone', source: 'label', label: 'kind' },
        { ...mark, name: 'quiz/exact', source: 'eval', value: 0.2 },
        { ...mark, name: 'quiz/close', source: 'eval', value: 0.9 },
        { ...mark, name: 'correction', source: 'feedback' },
        { ...mark, name: 'thumb', source: 'feedback', value: 0.5, count: 2 },
      ]),
    ).toEqual(['up', 'down', 'corrected', 'passed', 'failed', 'labelled']);
    expect(findMarks([])).toEqual([]);
  });

  it('say numbers and words in full', () => {
    expect(
      listValues([
        { ...mark, name: 'thumb', source: 'feedback', value: 1 },
        { ...mark, name: 'comment', source: 'feedback' },
        { ...mark, name: 'quality', source: 'eval', value: 1 / 3 },
        { ...mark, name: 'tone', source: 'label', label: 'kind' },
      ]),
    ).toEqual(['quality 0.333', 'tone kind']);
  });
});

describe('a retrieval', () => {
  const call = {
    span_type: 'retrieval',
    request_raw: '{"query":["refund"]}',
    response_raw: JSON.stringify({
      data: [
        { file_id: 'f', filename: 'a.md', score: 0.75, content: [{ type: 'text', text: 'Within 30 days.' }] },
      ],
    }),
    attributes: { 'url.path': '/v1/vector_stores/vs_1/search' },
  };

  it('is its question and its hits', () => {
    expect(findRetrieval(call)).toEqual({
      queries: ['refund'],
      hits: [{ file_id: 'f', filename: 'a.md', score: 0.75, text: 'Within 30 days.' }],
      store: 'vs_1',
    });
  });

  it('is none for another call, nor where nothing was kept; strange bodies do no harm', () => {
    expect(findRetrieval({ ...call, span_type: 'llm' })).toBeUndefined();
    expect(findRetrieval({ ...call, response_raw: '' })).toBeUndefined();
    expect(findRetrieval({ ...call, request_raw: 'x', response_raw: '{"data":[7,{}]}' })).toMatchObject({
      queries: [],
      hits: [{ file_id: '', score: undefined, text: '' }],
    });
  });

  it('belongs to a call that says it searched', () => {
    const search = { type: 'tool_call' as const, name: 'file_search', arguments: {} };
    const llm = { span_type: 'llm', output_messages: [{ role: 'assistant', parts: [search] }] };
    expect(hasSearched(llm)).toBe(true);
    expect(hasSearched({ ...llm, output_messages: [] })).toBe(false);
  });
});

describe('the prompt of a call', () => {
  it('has its version, its label and what was filled in', () => {
    const attributes = {
      'sekisho.prompt.id': 'pmpt_1',
      'sekisho.prompt.label': 'production',
      'sekisho.prompt.variables': '{"shop":"文具店","list":["a"]}',
    };
    expect(findPrompt({ prompt_name: 'support', prompt_version: 3, attributes })).toEqual({
      id: 'pmpt_1',
      name: 'support',
      version: 3,
      label: 'production',
      variables: [
        ['shop', '文具店'],
        ['list', '["a"]'],
      ],
    });
    expect(findPrompt({ prompt_name: '', prompt_version: 0, attributes })).toBeUndefined();
    expect(findPrompt({ prompt_name: 'x', prompt_version: 1, attributes: {} })?.variables).toEqual([]);
  });
});

describe('the answer as text', () => {
  it('is that of the first choice, without what is no text', () => {
    expect(
      toAnswerText([
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', content: 'hm' },
            { type: 'text', content: 'Yes.' },
          ],
        },
        { role: 'assistant', parts: [{ type: 'text', content: 'No.' }] },
      ]),
    ).toBe('Yes.');
    expect(toAnswerText([])).toBe('');
  });
});
