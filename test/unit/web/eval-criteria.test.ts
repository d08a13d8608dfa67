import { describe, expect, it } from 'vitest';
import { grader } from '../../../collector/record/grader.ts';
import {
  type Beginnings,
  createCriterion,
  type Criterion,
  findProblem,
  findUnknownNames,
  freeName,
  isPass,
  KINDS,
  toCriterion,
} from '../../../console/web/src/evals/criteria.ts';
import { findFormProblem, toEvalBody, toItemSource } from '../../../console/web/src/evals/eval-form.ts';
import {
  listPlaceholders,
  toExpectedText,
  toInputText,
  toItemSchema,
} from '../../../console/web/src/evals/placeholders.ts';
import { createRunDraft } from '../../../console/web/src/evals/run-source.ts';
import { findVariables } from '../../../console/contract/prompts.ts';
import { fillIn, findTemplateFault } from '../../../evals/graders/scope.ts';
import { createEval } from '../../../console/contract/evals.ts';

const WORDS: Beginnings = {
  names: {
    string_check: 'Contains',
    text_similarity: 'Alike',
    score_model: 'Quality',
    label_model: 'Verdict',
  },
  score: 'Rate it.',
  label: 'Judge it.',
  show: ({ input, expected, output }) => [input, expected, output].filter(Boolean).join('\n'),
  labels: { good: 'good', bad: 'bad' },
};
const ITEM = {
  input: 'Where?',
  expected: 'Osaka',
  output: 'Echo',
  meta: { shop: 'A' },
  質問: 'x',
  tags: ['a'],
};
const options = { item: ITEM, model: 'gpt-4o', taken: [] };
const created = (kind: (typeof KINDS)[number], changes: Record<string, unknown> = {}): Criterion =>
  ({ ...createCriterion(kind, WORDS, options), ...changes }) as Criterion;

describe('placeholders', () => {
  it('are the answer, then what is likeliest asked for, members of objects included', () => {
    expect(listPlaceholders(ITEM)).toEqual([
      { name: 'sample.output_text', sample: 'Echo' },
      { name: 'item.input', sample: 'Where?' },
      { name: 'item.質問', sample: 'x' },
      { name: 'item.expected', sample: 'Osaka' },
      { name: 'item.output', sample: 'Echo' },
      { name: 'item.meta.shop', sample: 'A' },
      { name: 'item.tags', sample: '["a"]' },
    ]);
  });

  it('may be in Japanese, as the columns of a table are', () => {
    const item = { 質問: 'どこ?', 期待する回答: '大阪' };
    const criterion = createCriterion('score_model', WORDS, { ...options, item });
    const texts = criterion.type === 'score_model' ? criterion.input.map(({ content }) => content) : [];
    expect(texts[1]).toBe('{{item.質問}}\n{{item.期待する回答}}\n{{sample.output_text}}');
    expect(findVariables(...texts)).toEqual(['item.質問', 'item.期待する回答', 'sample.output_text']);
    expect(findTemplateFault(texts[1] ?? '', Object.keys(item))).toBeUndefined();
    expect(fillIn(texts[1] ?? '', { item, sample: { output_text: '東京' } })).toBe('どこ?\n大阪\n東京');
  });

  it('are the answer alone where no item is known', () => {
    expect(listPlaceholders(undefined)).toEqual([{ name: 'sample.output_text', sample: '' }]);
  });

  it('come with samples of a bounded length', () => {
    const [, input] = listPlaceholders({ input: 'あ'.repeat(1000) });
    expect(input?.sample.length).toBe(201);
  });

  it('say what an item asks and should be answered, whatever its members are called', () => {
    expect(toInputText({ question: 'Q' })).toBe('Q');
    expect(
      toInputText({
        messages: [
          { role: 'user', content: 'A' },
          { role: 'assistant', content: 'B' },
        ],
      }),
    ).toBe('A');
    expect(toInputText({ odd: 1 })).toBe('{"odd":1}');
    expect(toInputText({})).toBe('');
    expect(toExpectedText({ ideal: { a: 1 } })).toBe('{\n  "a": 1\n}');
    expect(toExpectedText({ input: 'Q' })).toBe('');
  });

  it('make a schema that forbids nothing', () => {
    expect(toItemSchema({ a: 'x', b: [1], c: null, d: 2 })).toEqual({
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'array' }, c: {}, d: { type: 'number' } },
      additionalProperties: true,
    });
  });
});

describe('criteria', () => {
  it.each(KINDS)('begin as something the API takes and that can be used at once (%s)', (kind) => {
    const criterion = created(kind);
    expect(grader.parse(criterion)).toEqual(criterion);
    expect(findProblem(criterion, [criterion])).toBeUndefined();
    expect(
      findUnknownNames(
        criterion,
        listPlaceholders(ITEM).map(({ name }) => name),
      ),
    ).toEqual([]);
  });

  it('leave out of the beginning what the item does not have', () => {
    const criterion = createCriterion('string_check', WORDS, { ...options, item: { q: 'x' } });
    expect(criterion).toMatchObject({ reference: '', input: '{{sample.output_text}}' });
    expect(findProblem(criterion, [criterion])).toBe('reference');
  });

  it('get names that are free', () => {
    expect(freeName('Quality', ['Quality', 'Quality 2'])).toBe('Quality 3');
    expect(freeName('Quality', [])).toBe('Quality');
  });

  it('read messages of every form an app may have stored', () => {
    const stored = {
      type: 'label_model',
      name: 'V',
      model: 'm',
      labels: ['a', 'b'],
      passing_labels: ['a'],
      input: [
        { role: 'system', content: { type: 'input_text', text: 'one' } },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'two' },
            { type: 'input_text', text: 'three' },
          ],
        },
      ],
    };
    expect(toCriterion(stored)).toMatchObject({
      input: [
        { role: 'system', content: 'one' },
        { role: 'user', content: 'two\nthree' },
      ],
    });
    // What was stored stays as it was.
    expect(stored.input[0]).toEqual({ role: 'system', content: { type: 'input_text', text: 'one' } });
  });

  it.each([
    ['name', created('string_check', { name: ' ' })],
    ['reference', created('text_similarity', { reference: '' })],
    ['model', created('text_similarity', { evaluation_metric: 'cosine' })],
    ['threshold', created('text_similarity', { pass_threshold: Number.NaN })],
    ['model', created('score_model', { model: '' })],
    ['message', created('score_model', { input: [{ role: 'user', content: ' ' }] })],
    ['threshold', created('score_model', { range: [1, 1] })],
    ['threshold', created('score_model', { pass_threshold: 7 })],
    ['labels', created('label_model', { labels: ['a'] })],
    ['passing', created('label_model', { passing_labels: [] })],
  ] as const)('say what is missing: %s', (problem, criterion) => {
    expect(findProblem(criterion, [criterion])).toBe(problem);
  });

  it('may not share a name', () => {
    const [a, b] = [created('string_check'), created('string_check')];
    expect(findProblem(a, [a, b])).toBe('name_taken');
  });

  it('name what an item does not have, but for members of what it has', () => {
    const criterion = created('string_check', {
      input: '{{item.nothing}} {{item.meta.shop}} {{item.tags.0}}',
    });
    expect(
      findUnknownNames(criterion, ['sample.output_text', 'item.expected', 'item.meta', 'item.tags']),
    ).toEqual(['item.nothing']);
  });

  it('pass as the server has it: from the threshold on, which is the middle where there is none', () => {
    expect(isPass(created('text_similarity'), 0.8)).toBe(true);
    expect(isPass(created('text_similarity'), 0.79)).toBe(false);
    const { pass_threshold: _none, ...without } = created('score_model', { range: [1, 5] }) as Record<
      string,
      unknown
    >;
    expect(isPass(without as Criterion, 3)).toBe(true);
    expect(isPass(without as Criterion, 2.9)).toBe(false);
    expect(isPass(created('label_model'), 0)).toBe(false);
  });
});

describe('the form of an evaluation', () => {
  const criteria = [created('string_check')];
  const source = createRunDraft({ dataset_id: 'ds_1' });

  it('makes a body that the API takes, and remembers where its items come from', () => {
    const body = createEval.body.parse(toEvalBody({ name: ' A ', source, criteria }, ITEM));
    expect(body).toMatchObject({
      name: 'A',
      metadata: { dataset_id: 'ds_1' },
      data_source_config: { type: 'custom' },
    });
    const stored = {
      ...body,
      object: 'eval',
      id: 'e',
      created_at: 0,
      revision: 1,
      metadata: body.metadata ?? {},
    };
    expect(toItemSource(stored as never)).toMatchObject({ from: 'dataset', dataset_id: 'ds_1' });
  });

  it('remembers a filter of calls as well, and forgets one that is too long for metadata', () => {
    const calls = { ...source.calls, range: '30d' as const, model: ['gpt-4o'] };
    const form = { name: 'A', source: { ...source, from: 'calls' as const, calls }, criteria };
    const body = createEval.body.parse(toEvalBody(form, undefined));
    expect(body.data_source_config).toEqual({ type: 'logs' });
    const stored = { metadata: body.metadata ?? {}, data_source_config: body.data_source_config };
    expect(toItemSource(stored as never)).toMatchObject({ from: 'calls', calls });
    const long = { ...form, source: { ...form.source, calls: { ...calls, model: ['m'.repeat(600)] } } };
    expect(createEval.body.parse(toEvalBody(long, undefined)).metadata).toEqual({});
  });

  it('says what is missing, in the order of the form', () => {
    expect(findFormProblem({ name: '', source, criteria })).toBe('name');
    expect(findFormProblem({ name: 'A', source: createRunDraft(), criteria })).toBe('items');
    expect(findFormProblem({ name: 'A', source, criteria: [] })).toBe('criteria');
    expect(
      findFormProblem({ name: 'A', source, criteria: [created('string_check', { reference: '' })] }),
    ).toBe('criterion');
    expect(findFormProblem({ name: 'A', source, criteria })).toBeUndefined();
  });
});
