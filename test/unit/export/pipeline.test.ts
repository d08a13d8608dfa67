import { describe, expect, it } from 'vitest';
import type { ExportFormatName, ExportOptions } from '../../../collector/record/export.ts';
import type { Candidate } from '../../../evals/export/example.ts';
import { createHashSet } from '../../../evals/export/hash-set.ts';
import { createPipeline } from '../../../evals/export/pipeline.ts';
import { assistant, lineOf, toCandidate, toOptions, toScore, user } from './kit.ts';

const run = (
  candidates: readonly Candidate[],
  options: Partial<ExportOptions> = {},
  format: ExportFormatName = 'openai_sft',
) => {
  const pipeline = createPipeline(format, toOptions(options));
  const lines = candidates.flatMap((each) => pipeline.take(each) ?? []);
  return { ...pipeline, lines, warnings: pipeline.warnings() };
};
const up = (author = 'a') => toScore({ value: 1, author });
const down = (author = 'b') => toScore({ value: 0, author });
const quality = (value: number, author = 'a') => toScore({ name: 'quality', source: 'eval', value, author });

describe('what is taken', () => {
  it.each([
    ['thumb_down', { scores: [down()] }, {}],
    ['thumb_down', { scores: [up(), down()] }, {}],
    ['thumb_down', { scores: [up(), down()] }, { feedback: 'up_only' as const }],
    ['no_thumb_up', {}, { feedback: 'up_only' as const }],
    ['no_thumb_up', { scores: [quality(1)] }, { feedback: 'up_only' as const }],
    ['score_missing', {}, { min_score: { name: 'quality', value: 0.5 } }],
    [
      'score_too_low',
      { scores: [quality(0.1), quality(0.8, 'b')] },
      { min_score: { name: 'quality', value: 0.5 } },
    ],
    [
      'score_too_low',
      { scores: [quality(0.1)], correction: 'x' },
      { min_score: { name: 'quality', value: 0.5 } },
    ],
    ['error', { status: 'error' as const }, {}],
    ['cancelled', { status: 'cancelled' as const }, {}],
    ['interrupted', { status: 'interrupted' as const }, {}],
    ['not_a_model_call', { is_model_call: false }, {}],
  ])('not %s: %j with %j', (reason, given, options) => {
    expect(lineOf('openai_sft', given, options)).toBe(reason);
  });

  it.each([
    [{ scores: [down()] }, { feedback: 'any' as const }],
    [{ scores: [down()], correction: 'better' }, {}],
    [{ correction: 'better' }, { feedback: 'up_only' as const }],
    [{ scores: [up()] }, { feedback: 'up_only' as const }],
    [{ scores: [quality(0.4), quality(0.6, 'b')] }, { min_score: { name: 'quality', value: 0.5 } }],
    [{ status: 'error' as const, correction: 'better', answer: undefined }, {}],
    [{ status: 'interrupted' as const }, { drop_errors: false }],
  ])('%j with %j', (given, options) => {
    expect(lineOf('openai_sft', given, options)).toMatchObject({
      text: expect.stringMatching(/^\{.*\}\n$/s) as string,
    });
  });
});

describe('counts', () => {
  it('add up: what was read is a line or left out for one reason', () => {
    const { counts, lines, problems, warnings } = run([
      toCandidate({ session_id: 'a' }),
      toCandidate(),
      toCandidate({ correction: 'better' }),
      toCandidate({ scores: [down()] }),
      toCandidate({ answer: assistant('') }),
      toCandidate({ messages: [user('mail taro@example.jp and jiro@example.jp')] }),
    ]);
    expect(counts).toMatchObject({
      read: 6,
      lines: 3,
      corrected: 1,
      left_out: { duplicate: 1, thumb_down: 1, empty_content: 1 },
      masked: { email: 2 },
    });
    expect(counts.tokens).toBeGreaterThan(20);
    expect(lines).toHaveLength(3);
    expect(problems).toMatchObject([{ reason: 'empty_content', detail: 'message 2: assistant' }]);
    expect(warnings).toEqual(['few_lines']);
  });

  it('name the first hundred problems', () => {
    expect(
      run(Array.from({ length: 150 }, () => toCandidate({ answer: assistant('') }))).problems,
    ).toHaveLength(100);
  });

  it('warn of what would surprise', () => {
    const many = Array.from({ length: 10 }, (_, i) => toCandidate({ messages: [user(`q${i}`)] }));
    expect(run([]).warnings).toEqual(['no_lines']);
    expect(run(many).warnings).toEqual([]);
    expect(run(many.slice(0, 1), {}, 'hf_messages').warnings).toEqual([]);
    expect(
      run(
        many.map((each) => ({ ...each, example: { ...each.example, session_id: 'one' } })),
        {
          validation_share: 0.001,
        },
      ).warnings,
    ).toEqual(['no_validation_lines']);
    expect(
      run([toCandidate({ answer: assistant('word '.repeat(60_000)) })], {}, 'hf_messages').warnings,
    ).toEqual(['long_lines']);
  });
});

describe('duplicates', () => {
  it('are the same text in the file, so also what only differed in what was masked', () => {
    const texts = ['a@example.jp', 'b@example.jp', 'c'].map((text) =>
      toCandidate({ messages: [user(text)] }),
    );
    expect(run(texts).counts.left_out).toEqual({ duplicate: 1 });
    expect(run(texts, { mask: false }).counts.lines).toBe(3);
    expect(run([...texts, ...texts], { deduplicate: false }).counts.lines).toBe(6);
  });

  it('of a CSV are what says the same, wherever it comes from', () => {
    expect(run([toCandidate(), toCandidate({ session_id: 'other' })], {}, 'csv').counts.lines).toBe(1);
  });

  it('are found among a hundred thousand', () => {
    const seen = createHashSet();
    const added = Array.from({ length: 100_000 }, (_, i) => seen.add(`line ${i}`));
    expect(added.every(Boolean)).toBe(true);
    expect(Array.from({ length: 100_000 }, (_, i) => seen.add(`line ${i}`)).some(Boolean)).toBe(false);
    expect(seen.size).toBe(100_000);
  });
});

describe('the split', () => {
  const candidates = Array.from({ length: 2_000 }, (_, i) =>
    toCandidate({ session_id: i % 3 === 0 ? '' : `session-${i % 400}`, messages: [user(`question ${i}`)] }),
  );
  const splitsBy = (share: number) => {
    const pipeline = createPipeline('openai_sft', toOptions({ validation_share: share }));
    return candidates.map((each) => pipeline.take(each)?.split);
  };

  it.each([0.05, 0.2, 0.5, 0.9])('keeps sessions together and comes near its share: %d', (share) => {
    const splits = splitsBy(share);
    const bySession = Map.groupBy(splits.keys(), (i) => candidates[i]?.example.session_id ?? '');
    bySession.delete('');
    for (const indexes of bySession.values()) expect(new Set(indexes.map((i) => splits[i])).size).toBe(1);
    const validation = splits.filter((split) => split === 'validation').length / splits.length;
    expect(Math.abs(validation - share)).toBeLessThan(0.06);
  });

  it('is the same each time, and a larger share only adds to the validation file', () => {
    expect(splitsBy(0.2)).toEqual(splitsBy(0.2));
    const [small, large] = [splitsBy(0.1), splitsBy(0.4)];
    expect(small.every((split, i) => split === 'train' || large[i] === 'validation')).toBe(true);
    expect(splitsBy(0).every((split) => split === 'train')).toBe(true);
  });
});
