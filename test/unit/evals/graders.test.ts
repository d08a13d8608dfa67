import { describe, expect, it } from 'vitest';
import { type Grader, grader as graderSchema } from '../../../collector/record/grader.ts';
import { checkCriteria, toItemFields } from '../../../evals/graders/check.ts';
import { gradeItem, gradeOne, toItemStatus } from '../../../evals/graders/grade.ts';
import { cosineSimilarity, indelSimilarity } from '../../../evals/graders/similarity.ts';
import { tools } from './kit.ts';

const stringCheck = (operation: string, reference: string): Grader =>
  graderSchema.parse({
    type: 'string_check',
    name: 's',
    input: '{{sample.output_text}}',
    reference,
    operation,
  });
const scope = { item: { a: { list: ['x', { y: 'deep' }] }, n: 3 }, sample: { output_text: 'Hello World' } };

describe('string_check', () => {
  it.each([
    ['eq', 'Hello World', 1],
    ['eq', 'hello world', 0],
    ['ne', 'hello world', 1],
    ['ne', 'Hello World', 0],
    ['like', 'World', 1],
    ['like', 'world', 0],
    ['like', '%World', 0],
    ['ilike', 'wORLD', 1],
    ['ilike', 'mars', 0],
  ])('%s %j is %i', async (operation, reference, score) => {
    expect(await gradeOne(stringCheck(operation, reference), scope, tools())).toMatchObject({
      score,
      passed: score === 1,
    });
  });

  it('looks paths up as OpenAI writes them, and fills in what is no text as JSON', async () => {
    const one = (input: string, reference: string) =>
      gradeOne({ ...stringCheck('eq', reference), input } as Grader, scope, tools());
    expect(await one('{{ item.a.list[1].y }}', 'deep')).toMatchObject({ passed: true });
    expect(await one('{{item.a.list.0}} {{item.n}}', 'x 3')).toMatchObject({ passed: true });
    expect(await one('{{item.a}}', '{"list":["x",{"y":"deep"}]}')).toMatchObject({ passed: true });
  });

  it('never reads a value as a template again', async () => {
    const sample = { output_text: '{{item.secret}}' };
    const results = await gradeItem(
      [stringCheck('eq', 'leaked')],
      { item: { secret: 'leaked' }, sample },
      tools(),
    );
    expect(results).toMatchObject([{ score: 0, passed: false, error: false }]);
  });
});

describe('text_similarity', () => {
  // By hand: 2 * LCS / (|a| + |b|).
  it.each([
    ['this is a test', 'this is a test!', 28 / 29],
    ['kitten', 'sitting', 8 / 13],
    ['', '', 1],
    ['', 'a', 0],
    ['東京都', '京都', 4 / 5],
    ['👍🏽 ok', 'ok', 4 / 7],
    ['a'.repeat(70), `${'a'.repeat(33)}b${'a'.repeat(36)}`, 138 / 140],
  ])('fuzzy_match of %j and %j', (a, b, ratio) => {
    expect(indelSimilarity(a, b)).toBeCloseTo(ratio, 12);
    expect(indelSimilarity(b, a)).toBeCloseTo(ratio, 12);
  });

  it('agrees with the plain recurrence for random texts', () => {
    let seed = 7;
    const random = (n: number): number => (seed = (seed * 48_271) % 2_147_483_647) % n;
    const text = (): string => Array.from({ length: random(150) }, () => 'abcd'[random(4)]).join('');
    for (let round = 0; round < 200; round++) {
      const [a, b] = [text(), text()];
      const total = a.length + b.length;
      expect(indelSimilarity(a, b)).toBeCloseTo(total === 0 ? 1 : (2 * plainLcs(a, b)) / total, 12);
    }
  });

  const fuzzy = {
    type: 'text_similarity',
    name: 't',
    input: '{{sample.output_text}}',
    reference: 'Hello Wurld',
  };

  it('passes from the threshold on', async () => {
    const at = (pass_threshold: number) =>
      gradeOne(
        graderSchema.parse({ ...fuzzy, evaluation_metric: 'fuzzy_match', pass_threshold }),
        scope,
        tools(),
      );
    expect(await at(20 / 22)).toMatchObject({ passed: true });
    expect(await at(0.91)).toMatchObject({ passed: false });
  });

  it('cosine asks for two embeddings, and takes them by their index', async () => {
    const grader = graderSchema.parse({
      ...fuzzy,
      evaluation_metric: 'cosine',
      model: 'e',
      pass_threshold: 0.5,
    });
    const asked: unknown[] = [];
    const verdict = await gradeOne(
      grader,
      scope,
      tools((question) => {
        asked.push(question);
        return {
          status: 200,
          body: {
            data: [
              { index: 1, embedding: [1, 1] },
              { index: 0, embedding: [1, 0] },
            ],
          },
        };
      }),
    );
    expect(verdict).toMatchObject({ passed: true });
    expect((verdict as { score: number }).score).toBeCloseTo(Math.SQRT1_2, 12);
    expect(asked).toEqual([
      {
        path: '/v1/embeddings',
        purpose: 'embedding',
        body: { model: 'e', input: ['Hello World', 'Hello Wurld'], encoding_format: 'float' },
      },
    ]);
    expect(cosineSimilarity([0, 0], [1, 0])).toBe(0);
  });

  it('cosine without any model says what to do', async () => {
    const grader = graderSchema.parse({ ...fuzzy, evaluation_metric: 'cosine' });
    const [result] = await gradeItem([grader], scope, tools());
    expect(result).toMatchObject({
      error: true,
      score: null,
      reason: expect.stringContaining('SEKISHO_EMBEDDING_MODEL') as string,
    });
  });
});

function plainLcs(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const letter of a) {
    const next = [0];
    for (const [j, other] of [...b].entries()) {
      next.push(letter === other ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

describe('an item', () => {
  it('is in error where a path leads nowhere, which is named, and the other graders are heard', async () => {
    const lost = stringCheck('eq', '{{item.a.nothing}}');
    const results = await gradeItem([lost, stringCheck('like', 'Hello')], scope, tools());
    expect(results).toMatchObject([
      { error: true, score: null, reason: 'There is no value for {{item.a.nothing}}.' },
      { error: false, passed: true },
    ]);
    expect(toItemStatus(results)).toBe('error');
    expect(toItemStatus(results.slice(1))).toBe('pass');
    expect(toItemStatus([])).toBe('pass');
  });

  it('does not reach what objects inherit', async () => {
    const [result] = await gradeItem([stringCheck('eq', '{{item.constructor}}')], scope, tools());
    expect(result).toMatchObject({ error: true });
  });
});

describe('criteria', () => {
  const fields = toItemFields({ type: 'object', properties: { q: {} } });

  it('need names of their own, and templates of what there is', () => {
    const fine = stringCheck('eq', '{{item.q}} {{ sample.choices[0].message.content }} { {x} }');
    expect(() => checkCriteria([fine], fields)).not.toThrow();
    expect(() => checkCriteria([fine, fine], fields)).toThrow('testing_criteria.1 (s): two criteria');
    expect(() => checkCriteria([stringCheck('eq', '{{item.p}}')], fields)).toThrow(
      '{{item.p}} names no property',
    );
    expect(() => checkCriteria([stringCheck('eq', '{{items.q}}')], fields)).toThrow('{{items.q}} is none of');
    expect(() => checkCriteria([stringCheck('eq', '{{item q}}')], fields)).toThrow('is none of');
  });

  it('may name anything where the schema is open or says nothing', () => {
    for (const schema of [{}, { properties: {} }, { properties: { q: {} }, additionalProperties: true }]) {
      expect(() => checkCriteria([stringCheck('eq', '{{item.p}}')], toItemFields(schema))).not.toThrow();
    }
  });
});
