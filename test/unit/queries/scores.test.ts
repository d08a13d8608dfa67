/** Which scores count and whose they are, and the call list by them, against a real ClickHouse. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertScores, toScoreRow } from '../../../collector/append/scores.ts';
import { getCallFacets } from '../../../collector/queries/call-facets.ts';
import { listCalls } from '../../../collector/queries/list-calls.ts';
import { listFeedback } from '../../../collector/queries/list-feedback.ts';
import { listScoresOf } from '../../../collector/queries/list-scores.ts';
import { callFilter } from '../../../collector/record/call-filter.ts';
import type { Score } from '../../../collector/record/score.ts';
import { openStore, type Store } from '../../../collector/store/client.ts';
import { migrate } from '../../../collector/store/migrate.ts';
import { startTestEngine, type TestEngine } from '../../kit/engine.ts';
import { spanHex, storeCalls, traceHex } from '../../kit/spans.ts';

let engine: TestEngine;
let store: Store;
let project_id: string;
let made = 0;

beforeAll(async () => {
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await engine.stop();
});

/** Calls 1 to 6: of one trace each, but for 5 and 6, which share one. */
const call = (n: number) => ({
  trace_id: traceHex(`${project_id.slice(-4)}-${Math.min(n, 5)}`),
  span_id: spanHex(BigInt(n)),
  response_id: `resp_${project_id}_${n}`,
});
beforeEach(async () => {
  project_id = `p${String(++made).padStart(4, '0')}`;
  await storeCalls(
    store,
    [1, 2, 3, 4, 5, 6].map((n) => ({
      project_id,
      trace: `${project_id.slice(-4)}-${Math.min(n, 5)}`,
      span_id: BigInt(n),
      response_id: call(n).response_id,
      started_at: Date.UTC(2026, 10, 1, 0, 0, n),
      prompt_name: n % 2 ? 'support' : '',
      prompt_version: n % 2 ? n : 0,
      tags: n === 6 ? ['sekisho:judge', 'x'] : n === 5 ? ['x'] : [],
      status: n === 4 ? 'error' : 'ok',
    })),
  );
});

type Said = Partial<Score> & { in?: string };
async function say(...all: Said[]): Promise<void> {
  for (const { in: project = project_id, ...said } of all) {
    const row = toScoreRow(project, { name: 'thumb', source: 'feedback', author: 'key_1', ...said });
    await insertScores(store, [row], row.score_id);
  }
}
const onSpan = (n: number) => ({ trace_id: call(n).trace_id, span_id: call(n).span_id });
const onResponse = (n: number) => ({ response_id: call(n).response_id });
const onTrace = (n: number) => ({ trace_id: call(n).trace_id });

/** Numbers of the calls that pass, in ascending order. */
async function pass(words: Record<string, string>): Promise<number[]> {
  const { calls } = await listCalls(store, project_id, { ...callFilter.parse(words), limit: 50 });
  return calls.map(({ span_id }) => Number(`0x${span_id}`)).toSorted((a, b) => a - b);
}

describe('a score', () => {
  it('is about a span, about the call of a response, or about every call of a trace', async () => {
    await say({ ...onSpan(1), value: 1 }, { ...onResponse(2), value: 1 }, { ...onTrace(5), value: 1 });
    expect(await pass({ feedback: 'up' })).toEqual([1, 2, 5, 6]);
    expect(await pass({ feedback: 'none' })).toEqual([3, 4]);
    const { calls } = await listCalls(store, project_id, { limit: 50 });
    const marks = new Map(calls.map(({ span_id, scores }) => [Number(`0x${span_id}`), scores]));
    const up = [{ name: 'thumb', source: 'feedback', value: 1, label: '', count: 1 }];
    expect([1, 2, 3, 4, 5, 6].map((n) => marks.get(n))).toEqual([up, up, [], [], up, up]);
  });

  it('that names the span as well as the response is about the span alone', async () => {
    await say({ ...onSpan(1), ...onResponse(2), value: 1 });
    expect(await pass({ feedback: 'up' })).toEqual([1]);
    const [one, two] = await listScoresOf(store, project_id, [call(1), call(2)]);
    expect([one?.length, two?.length]).toEqual([1, 0]);
  });

  it('is overtaken by its author alone, about the same thing, under the same name and from the same source', async () => {
    await say(
      { ...onSpan(1), value: 1 },
      { ...onSpan(1), value: 0, author: 'key_2' },
      { ...onSpan(1), value: 0.3, source: 'eval' },
      { ...onSpan(1), value: 0.7, name: 'quality' },
      { ...onSpan(2), value: 1 },
      { ...onSpan(1), value: 0 },
    );
    expect(await pass({ feedback: 'up' })).toEqual([2]);
    expect(await pass({ feedback: 'down' })).toEqual([1]);
    const [scores = []] = await listScoresOf(store, project_id, [call(1)]);
    const said = scores.map(({ author, source, name, value }) => `${author} ${source} ${name} ${value}`);
    expect(said).toEqual([
      'key_1 feedback thumb 0',
      'key_1 feedback quality 0.7',
      'key_1 eval thumb 0.3',
      'key_2 feedback thumb 0',
    ]);
  });

  it('counts by its time and not by when it arrived', async () => {
    await say(
      { ...onSpan(1), value: 0, at: '2026-11-02T00:00:00.000002Z' },
      { ...onSpan(1), value: 1, at: '2026-11-02T00:00:00.000001Z' },
    );
    expect(await pass({ feedback: 'up' })).toEqual([]);
    expect(await pass({ feedback: 'down' })).toEqual([1]);
  });

  it('that was taken back counts as nothing, until something is said again', async () => {
    await say({ ...onSpan(1), value: 1 }, { ...onSpan(1), retracted: true }, { ...onSpan(2), value: 1 });
    expect(await pass({ feedback: 'up' })).toEqual([2]);
    expect((await listFeedback(store, project_id, { limit: 50 })).scores).toHaveLength(1);
    await say({ ...onSpan(1), value: 0 });
    expect(await pass({ feedback: 'down' })).toEqual([1]);
  });

  it('is of its project alone, also with the same ids', async () => {
    await say({ ...onSpan(1), value: 1, in: 'foreign' }, { ...onResponse(2), value: 1, in: 'foreign' });
    expect(await pass({ feedback: 'up' })).toEqual([]);
    expect(await listScoresOf(store, project_id, [call(1), call(2)])).toEqual([[], []]);
    expect((await listFeedback(store, project_id, { limit: 50 })).scores).toEqual([]);
  });

  it('from before its call arrived is there with it', async () => {
    await say({ response_id: 'resp_early', value: 1 });
    expect(await pass({ feedback: 'up' })).toEqual([]);
    await storeCalls(store, [{ project_id, span_id: 77n, response_id: 'resp_early' }]);
    expect(await pass({ feedback: 'up' })).toEqual([77]);
  });
});

describe('the list', () => {
  it('is filtered by what was said, by scores, prompts and tags', async () => {
    await say(
      { ...onSpan(1), value: 1 },
      { ...onSpan(2), name: 'correction', correction: 'so' },
      { ...onResponse(3), name: 'comment', comment: 'hm' },
      { ...onSpan(1), name: 'quality', source: 'eval', value: 0.5 },
      { ...onSpan(2), name: 'quality', source: 'eval', value: 0.9 },
      { ...onSpan(2), name: 'tone', source: 'label', label: 'friendly' },
      { ...onSpan(3), name: 'tone', source: 'label', label: 'harsh' },
    );
    const cases: [Record<string, string>, number[]][] = [
      [{ feedback: 'corrected' }, [2]],
      [{ feedback: 'commented' }, [3]],
      [{ feedback: 'up,commented' }, [1, 3]],
      [{ feedback: 'up,none' }, [1, 4, 5, 6]],
      [{ feedback: 'up,down,corrected,commented,none' }, [1, 2, 3, 4, 5, 6]],
      [{ score: 'quality>=0.5' }, [1, 2]],
      [{ score: 'quality>0.5' }, [2]],
      [{ score: 'quality<0.9' }, [1]],
      [{ score: 'quality=0.5' }, [1]],
      [{ score: 'quality>=0.5,thumb=1' }, [1]],
      [{ score: 'tone=friendly' }, [2]],
      [{ score: "tone=' OR 1" }, []],
      [{ prompt: 'support' }, [1, 3, 5]],
      [{ prompt: 'support@3,support@5,other' }, [3, 5]],
      [{ tag: 'x,y' }, [5, 6]],
      [{ tag: 'x', not_tag: 'sekisho:judge' }, [5]],
      [{ not_tag: 'x' }, [1, 2, 3, 4]],
      [{ response_id: call(4).response_id }, [4]],
      [{ feedback: 'none', status: 'error' }, [4]],
    ];
    for (const [words, numbers] of cases) expect([words, await pass(words)]).toEqual([words, numbers]);
  });

  it('is counted by feedback and prompts, each under all filters but its own', async () => {
    await say(
      { ...onSpan(1), value: 1 },
      { ...onSpan(1), value: 0, author: 'key_2' },
      { ...onTrace(5), name: 'correction', correction: 'so' },
      { ...onSpan(5), name: 'comment', comment: 'hm' },
    );
    const facets = await getCallFacets(store, project_id, callFilter.parse({ feedback: 'corrected' }));
    expect(facets.total).toBe(2);
    expect(facets.feedback).toEqual([
      { value: 'up', count: 1 },
      { value: 'down', count: 1 },
      { value: 'corrected', count: 2 },
      { value: 'commented', count: 1 },
      { value: 'none', count: 3 },
    ]);
    expect(facets.prompt).toEqual([{ value: 'support', count: 1 }]);
    const of = async (words: object) => getCallFacets(store, project_id, callFilter.parse(words));
    expect(await of({ prompt: 'support@1' })).toMatchObject({
      total: 1,
      prompt: [{ value: 'support', count: 3 }],
    });
    expect((await of({ prompt: 'support' })).status).toEqual([{ value: 'ok', count: 3 }]);
    expect((await of({ status: 'error' })).feedback).toEqual([{ value: 'none', count: 1 }]);
    expect((await of({ status: 'error' })).prompt).toEqual([]);
  });
});

describe('feedback', () => {
  it('is listed newest first, in pages that neither repeat nor miss', async () => {
    const at = '2026-11-03T00:00:00.000007Z';
    await say(
      ...Array.from({ length: 7 }, (_, i) => ({ ...onResponse(1), author: `key_${i}`, value: 1, at })),
    );
    await say({ ...onResponse(2), name: 'comment', comment: 'newest' });
    const seen: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await listFeedback(store, project_id, { limit: 3, cursor });
      seen.push(...page.scores.map(({ comment, author }) => comment || author));
      if (page.next_cursor === null) break;
      cursor = page.next_cursor;
    }
    expect(seen[0]).toBe('newest');
    expect(seen.slice(1).toSorted()).toEqual(Array.from({ length: 7 }, (_, i) => `key_${i}`));
  });

  it('is found by trace, response, name and source', async () => {
    await say({ ...onSpan(1), value: 1 }, { ...onResponse(2), name: 'tone', source: 'label', label: 'x' });
    const count = async (question: object) =>
      (await listFeedback(store, project_id, { limit: 50, ...question })).scores.length;
    expect(await count({ trace_id: call(1).trace_id })).toBe(1);
    expect(await count({ response_id: call(2).response_id })).toBe(1);
    expect([await count({ name: 'tone' }), await count({ name: 'x' })]).toEqual([1, 0]);
    expect([await count({ source: 'label' }), await count({ source: 'eval' })]).toEqual([1, 0]);
    await expect(listFeedback(store, project_id, { limit: 5, cursor: 'x' })).rejects.toThrow(
      'not one of ours',
    );
    await expect(listFeedback(store, project_id, { limit: 5, trace_id: 'x' })).rejects.toThrow(
      '32 hex digits',
    );
  });
});
