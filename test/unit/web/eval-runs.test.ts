import { Cron } from 'croner';
import { describe, expect, it } from 'vitest';
import { createRun } from '../../../console/contract/eval-runs.ts';
import { EMPTY_SOURCE } from '../../../console/web/src/calls/call-source.ts';
import {
  type ComparedCriterion,
  countChanges,
  findBaseline,
  findReach,
  formatP,
  judgeAll,
  toX,
} from '../../../console/web/src/evals/comparison.ts';
import {
  fromClock,
  MORNING,
  nameWeekday,
  toClock,
  toCron,
  toTiming,
} from '../../../console/web/src/evals/cron-words.ts';
import { toShownMessages } from '../../../console/web/src/evals/item-messages.ts';
import { findNextTimes } from '../../../console/web/src/evals/next-times.ts';
import {
  findPassRate,
  formatDifference,
  formatRate,
  markOf,
  sumUsage,
} from '../../../console/web/src/evals/results.ts';
import {
  createRunDraft,
  findDraftProblem,
  findRunDraft,
  toDataSource,
  toVariables,
  toWhatItems,
  toWhatRan,
} from '../../../console/web/src/evals/run-source.ts';
import { parseRunView, toRunQuery } from '../../../console/web/src/evals/run-view.ts';

describe('times of a schedule', () => {
  it.each([
    ['15 * * * *', { frequency: 'hourly', minute: 15 }],
    ['0 9 * * *', { frequency: 'daily', hour: 9, minute: 0 }],
    ['30 18 * * 1-5', { frequency: 'weekdays', hour: 18, minute: 30 }],
    ['5 7 * * 1', { frequency: 'weekly', weekday: 1 }],
    ['5 7 31 * *', { frequency: 'monthly', day: 31 }],
    ['*/15 9-17 * * 1,3', { frequency: 'custom' }],
    ['0 0 1 1 *', { frequency: 'custom' }],
  ] as const)('have words where there are some: %s', (cron, timing) => {
    expect(toTiming(cron)).toMatchObject(timing);
    expect(toCron(toTiming(cron))).toBe(cron);
    expect(() => new Cron(cron, { paused: true })).not.toThrow();
  });

  it('take Sunday as 0 and as 7, and spaces as they come', () => {
    expect(toTiming(' 0  9 * * 7 ')).toMatchObject({ frequency: 'weekly', weekday: 0 });
  });

  it('leave what is no cron to be told so', () => {
    expect(toTiming('every day')).toMatchObject({ frequency: 'custom', cron: 'every day' });
    expect(findNextTimes('every day', 'UTC', 1)).toBeUndefined();
    expect(findNextTimes('0 9 * * *', 'Mars/Olympus', 1)).toBeUndefined();
    expect(findNextTimes('0 0 30 2 *', 'UTC', 1)).toEqual([]);
  });

  it('come next where the clock of the time zone says so', () => {
    const [first, second] = findNextTimes('0 9 * * *', 'Asia/Tokyo', 2) ?? [];
    expect(first).toMatch(/T00:00:00\.000Z$/);
    expect(Date.parse(second ?? '') - Date.parse(first ?? '')).toBe(86_400_000);
  });

  it('are written as clocks and days', () => {
    expect(toClock(MORNING)).toBe('09:00');
    expect(fromClock('18:05')).toEqual({ hour: 18, minute: 5 });
    expect(fromClock('')).toBeUndefined();
    expect([nameWeekday(0, 'en'), nameWeekday(1, 'ja')]).toEqual(['Sunday', '月曜日']);
  });
});

describe('what a run runs', () => {
  const dataset = createRunDraft({ dataset_id: 'ds_1', version: 2 });
  const calls = createRunDraft({
    from: 'calls',
    calls: { ...EMPTY_SOURCE, range: '30d', model: ['a'] },
    limit: 50,
  });
  const prompt = {
    answers: 'prompt',
    prompt_id: 'pmpt_1',
    prompt_version: '3',
    variables: { q: '{{item.q}}' },
  } as const;

  it.each([
    ['a prompt over a dataset', { ...dataset, ...prompt }],
    ['a prompt with another model', { ...dataset, ...prompt, model: 'gpt-4o' }],
    ['a model, items as they stand', { ...dataset, answers: 'model' as const, model: 'gpt-4o' }],
    [
      'a model with a template',
      { ...calls, answers: 'model' as const, model: 'm', own_messages: false, sampling_params: { seed: 1 } },
    ],
    ['logged answers', { ...calls, answers: 'logged' as const }],
    [
      'logged answers of a fixed time',
      {
        ...calls,
        answers: 'logged' as const,
        calls: { ...calls.calls, range: 'custom' as const, from: '2026-11-01T00:00:00.000Z' },
      },
    ],
  ])('is sent as the API takes it, and read back as it was chosen: %s', (_name, draft) => {
    const data_source = toDataSource(draft);
    expect(createRun.body.parse({ data_source }).data_source).toMatchObject(data_source);
    expect(findRunDraft(data_source)).toMatchObject(draft.answers === 'logged' ? { ...draft } : draft);
  });

  it('counts a relative time back from when it begins', () => {
    const { source } = toDataSource({ ...calls, answers: 'logged' });
    expect(source).toMatchObject({ last_hours: 720, limit: 50 });
    expect((source as { filter: object }).filter).not.toHaveProperty('from');
  });

  it('never takes in the calls of its own judges', () => {
    const { source } = toDataSource({ ...calls, answers: 'logged' });
    const tags: unknown = source.type === 'calls' ? source.filter['not_tag'] : undefined;
    expect(tags).toContain('sekisho:judge');
  });

  it('cannot be begun again where its items came with it', () => {
    const given = { type: 'completions', model: 'm', source: { type: 'file_content', content: [] } };
    expect(findRunDraft(given)).toBeUndefined();
    expect(toWhatItems(given)).toEqual({ kind: 'given' });
    expect(toWhatRan(given)).toEqual({ kind: 'model', model: 'm' });
  });

  it('says what is missing', () => {
    expect(findDraftProblem(createRunDraft())).toBe('dataset');
    expect(findDraftProblem(dataset)).toBe('prompt');
    expect(findDraftProblem({ ...dataset, ...prompt, variables: { q: '' } })).toBe('variables');
    expect(findDraftProblem({ ...dataset, answers: 'model' })).toBe('model');
    const empty = [{ role: 'user' as const, content: ' ' }];
    const spoken = { ...dataset, answers: 'model' as const, model: 'm', own_messages: false };
    expect(findDraftProblem({ ...spoken, template: empty })).toBe('messages');
    expect(findDraftProblem(spoken)).toBeUndefined();
  });

  it('fills variables by name, then from what an app sent, then a single one from the input', () => {
    const item = { input: 'x', shop: 'A', variables: { lang: 'ja' } };
    expect(toVariables(['shop', 'lang', 'other'], {}, item)).toEqual({
      shop: '{{item.shop}}',
      lang: '{{item.variables.lang}}',
      other: '',
    });
    expect(toVariables(['question'], {}, item)).toEqual({ question: '{{item.input}}' });
    expect(toVariables(['question'], { question: 'fixed' }, item)).toEqual({ question: 'fixed' });
  });
});

describe('numbers of a run', () => {
  const counts = (passed: number, failed: number, errored: number) => ({
    result_counts: { total: 10, passed, failed, errored },
  });

  it('count what could not be judged as not passed', () => {
    expect(findPassRate(counts(0, 0, 0))).toBeUndefined();
    expect(findPassRate(counts(2, 1, 1))).toBe(0.5);
    expect(markOf({ passed: false, error: true })).toBe('error');
  });

  it('never round to all or nothing', () => {
    expect([
      formatRate(1, 'en'),
      formatRate(0.9999, 'en'),
      formatRate(0.0001, 'en'),
      formatRate(0, 'en'),
    ]).toEqual(['100%', '99.9%', '0.1%', '0%']);
    expect([formatDifference(0.1234, 'en'), formatDifference(0, 'en')]).toEqual(['+0.123', '0']);
  });

  it('are summed over models', () => {
    const usage = {
      model_name: 'm',
      invocation_count: 2,
      prompt_tokens: 10,
      completion_tokens: 5,
      cached_tokens: 0,
      total_tokens: 15,
    };
    expect(sumUsage({ per_model_usage: [usage, usage] })).toEqual({ input: 20, output: 10, calls: 4 });
  });

  it('stand in the URL with the item that is open', () => {
    const view = { status: 'fail', item: 'out_1' } as const;
    expect(parseRunView(toRunQuery(view))).toEqual(view);
    expect(toRunQuery(parseRunView({ status: 'odd' }))).toEqual({});
  });

  it('show what was sent, tools and parts included', () => {
    const shown = toShownMessages([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image_url', image_url: { url: 'u' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: '1', function: { name: 'f', arguments: '{}' } }],
      },
    ]);
    expect(shown[0]?.parts).toHaveLength(2);
    expect(shown[1]?.parts).toEqual([{ type: 'tool_call', id: '1', name: 'f', arguments: '{}' }]);
  });
});

describe('a comparison', () => {
  const criterion = (changes: Partial<ComparedCriterion>): ComparedCriterion =>
    ({ verdict: 'better', difference: 0, interval: null, ...changes }) as ComparedCriterion;

  it.each([
    [['better', 'not_enough_data'], 'better'],
    [['worse', 'not_enough_data'], 'worse'],
    [['better', 'worse'], 'mixed'],
    [['not_enough_data'], 'not_enough_data'],
    [[], 'not_enough_data'],
  ] as const)('of %j is %s', (verdicts, all) => {
    expect(judgeAll(verdicts.map((verdict) => criterion({ verdict })))).toBe(all);
  });

  it.each([
    [[], 1],
    [[{ difference: 0.3, interval: { low: -0.05, high: 0.31 } }], 0.5],
    [[{ difference: 0.1, interval: null }], 0.1],
    [[{ difference: -12, interval: { low: -30, high: 4 } }], 50],
  ] as const)('reaches as far as its widest interval, rounded up: %j', (of, reach) => {
    expect(findReach(of.map(criterion))).toBe(reach);
  });

  it('puts 0 in the middle, and nothing outside', () => {
    expect([toX(0, 1, 200), toX(0.5, 1, 200), toX(-2, 1, 200)]).toEqual([100, 150, 0]);
  });

  it('begins with the newest completed run before the one that was looked at', () => {
    const run = (id: string, created_at: number, status = 'completed') =>
      ({ id, created_at, status }) as never;
    const runs = [run('d', 4), run('c', 3), run('b', 2, 'failed'), run('a', 1)];
    expect([findBaseline(runs, 'c'), findBaseline(runs, 'a'), findBaseline(runs, 'x')]).toEqual([
      'a',
      undefined,
      undefined,
    ]);
  });

  it('counts changes and writes p as precisely as it is meant', () => {
    const items = ['improved', 'same', 'same'].map((change) => ({ change }));
    expect(countChanges(items as never)).toEqual({ improved: 1, regressed: 0, same: 2 });
    expect([formatP(0.0004, 'en'), formatP(0.0312, 'en'), formatP(1, 'en')]).toEqual([
      '< 0.001',
      '0.031',
      '1',
    ]);
  });
});
