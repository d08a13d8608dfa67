/** Many calls with their bodies and what was said of them, as jobs read them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertScores, toScoreRow } from '../../../collector/append/scores.ts';
import { passesFilter } from '../../../collector/queries/call-filter.ts';
import { listCalls } from '../../../collector/queries/list-calls.ts';
import {
  type CallWithScores,
  countCalls,
  readCalls,
  type ReadOptions,
} from '../../../collector/queries/read-calls.ts';
import { callFilter, type CallFilter } from '../../../collector/record/call-filter.ts';
import { openStore, type Store } from '../../../collector/store/client.ts';
import { migrate } from '../../../collector/store/migrate.ts';
import { startTestEngine, type TestEngine } from '../../kit/engine.ts';
import { spanHex, storeCalls, traceHex } from '../../kit/spans.ts';

let engine: TestEngine;
let store: Store;
beforeAll(async () => {
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await engine.stop();
});

const text = (role: string, content: string): string =>
  JSON.stringify([{ role, parts: [{ type: 'text', content }] }]);
const numberOf = ({ span_id }: { span_id: string }): number => Number(`0x${span_id}`);

async function readAll(
  project_id: string,
  filter: CallFilter = {},
  options: ReadOptions = {},
): Promise<CallWithScores[]> {
  const calls: CallWithScores[] = [];
  for await (const chunk of readCalls(store, project_id, filter, options)) calls.push(...chunk);
  return calls;
}

describe('many calls', () => {
  const COUNT = 4_500;
  const project_id = 'many';
  beforeAll(async () => {
    await storeCalls(
      store,
      Array.from({ length: COUNT }, (_, i) => ({
        project_id,
        // Three to a millisecond, threads all over the place, and some that are far larger than the others.
        started_at: Date.UTC(2026, 10, 1) + Math.floor(i / 3) * 60_000,
        span_id: BigInt(i + 1),
        thread_key: String((i * 7_919) % 1_000),
        input_tokens: i % 500 === 0 ? 1_000_000 : 10,
        session_id: `s${i % 2}`,
        dialect: 'openai.responses',
        input_messages: text('user', `question ${i + 1}`),
        output_messages: text('assistant', `answer ${i + 1}`),
      })),
    );
    await storeCalls(store, [
      { project_id: 'foreign', span_id: 1n, input_messages: text('user', 'foreign') },
    ]);
  });

  it('come newest first, each once, with their own bodies', async () => {
    const calls = await readAll(project_id);
    expect(calls).toHaveLength(COUNT);
    expect(calls.map(numberOf)).toEqual((await readInOrder()).map(numberOf));
    for (const call of calls) {
      expect(call.chat.messages).toEqual([{ role: 'user', content: `question ${numberOf(call)}` }]);
      expect(call.chat.answer).toEqual({ role: 'assistant', content: `answer ${numberOf(call)}` });
    }
    expect(new Set(calls.map(numberOf)).size).toBe(COUNT);
  });

  /** As the list has them. */
  async function readInOrder() {
    const all = [];
    for (let cursor: string | undefined; ;) {
      const page = await listCalls(store, project_id, { limit: 5_000, cursor });
      all.push(...page.calls);
      if (page.next_cursor === null) return all;
      cursor = page.next_cursor;
    }
  }

  it('are limited, filtered, counted, and go on where another reading ended', async () => {
    const all = (await readAll(project_id, { session_id: 's1' })).map(numberOf);
    expect(all).toHaveLength(COUNT / 2);
    expect(await countCalls(store, project_id, { session_id: 's1' })).toBe(COUNT / 2);
    expect(await countCalls(store, project_id, {}, { limit: 7 })).toBe(7);
    const first = await readAll(project_id, { session_id: 's1' }, { limit: 1_001 });
    const rest = await readAll(project_id, { session_id: 's1' }, { after: first.at(-1) });
    expect([...first, ...rest].map(numberOf)).toEqual(all);
  });

  it('are those that are named, and none of another project', async () => {
    const some = (await readAll(project_id, {}, { limit: 3 })).map(({ trace_id, span_id }) => ({
      trace_id,
      span_id,
    }));
    const only = [...some, { trace_id: 'f'.repeat(32), span_id: spanHex(1n) }];
    expect((await readAll(project_id, {}, { only })).map(({ span_id }) => span_id)).toEqual(
      some.map(({ span_id }) => span_id),
    );
    expect(await readAll('foreign', {}, { only })).toEqual([]);
  });

  it('end when nobody wants them any more', async () => {
    const abort = new AbortController();
    const reading = readCalls(store, project_id, {}, { signal: abort.signal });
    await reading.next();
    abort.abort(new Error('enough'));
    await expect(
      (async () => {
        while (!(await reading.next()).done);
      })(),
    ).rejects.toThrow('enough');
  });
});

describe('a correction', () => {
  it('is of the call it names; of a whole trace it is about the last model call', async () => {
    const project_id = 'corrected';
    const trace = 'agent';
    const at = (n: number) => ({
      project_id,
      trace,
      span_id: BigInt(n),
      started_at: Date.UTC(2026, 10, 1, 0, 0, n),
    });
    await storeCalls(store, [
      at(1),
      { ...at(2), response_id: 'resp_2' },
      at(3),
      { ...at(4), span_type: 'retrieval' },
    ]);
    const say = async (about: object, correction: string, rest: object = {}): Promise<void> => {
      const said = {
        name: 'correction',
        source: 'feedback',
        author: 'key_1',
        ...about,
        correction,
        ...rest,
      } as const;
      const row = toScoreRow(project_id, said);
      await insertScores(store, [row], row.score_id);
    };
    const corrections = async () =>
      Object.fromEntries((await readAll(project_id)).map((call) => [numberOf(call), call.correction]));
    await say({ trace_id: traceHex(trace) }, 'of the trace');
    expect(await corrections()).toEqual({ 1: '', 2: '', 3: 'of the trace', 4: '' });
    await say({ response_id: 'resp_2' }, 'of the response');
    await say({ trace_id: traceHex(trace), span_id: spanHex(1n) }, 'older');
    await say({ trace_id: traceHex(trace), span_id: spanHex(1n) }, 'newer', { author: 'key_2' });
    await say({ trace_id: traceHex(trace), span_id: spanHex(3n) }, 'a grader has none', { source: 'eval' });
    expect(await corrections()).toEqual({ 1: 'newer', 2: 'of the response', 3: 'of the trace', 4: '' });
    await say({ trace_id: traceHex(trace), span_id: spanHex(1n) }, '', { author: 'key_2', retracted: true });
    expect((await corrections())[1]).toBe('older');
  });
});

it('a filter lets the same calls pass in memory as in the database', async () => {
  const project_id = 'both';
  await storeCalls(
    store,
    Array.from({ length: 48 }, (_, i) => ({
      project_id,
      span_id: BigInt(i + 1),
      trace: `t${i % 5}`,
      request_model: ['a', 'b'][i % 2],
      status: ['ok', 'error', 'cancelled'][i % 3],
      session_id: i % 4 ? 's' : '',
      user_id: `u${i % 3}`,
      response_id: i % 6 ? `r${i}` : '',
      prompt_name: i % 2 ? 'p' : '',
      prompt_version: i % 2 ? i % 4 : 0,
      tags: [['x'], ['x', 'y'], [], ['z']][i % 4],
    })),
  );
  const { calls } = await listCalls(store, project_id, { limit: 200 });
  const words = [
    {},
    { model: 'a' },
    { status: 'ok,error' },
    { session_id: 's' },
    { user_id: 'u1' },
    { response_id: 'r7' },
    { trace_id: traceHex('t3') },
    { prompt: 'p' },
    { prompt: 'p@3' },
    { prompt: 'p@3,p@1' },
    { prompt: 'q' },
    { tag: 'x' },
    { tag: 'y,z' },
    { not_tag: 'x' },
    { tag: 'x', not_tag: 'y' },
    { feedback: 'none' },
    { feedback: 'up' },
    { feedback: 'up,none' },
    { score: 'a>=0' },
    { model: 'b', status: 'ok', prompt: 'p', not_tag: 'z', feedback: 'none' },
  ];
  for (const each of words) {
    const filter = callFilter.parse(each);
    const stored = await listCalls(store, project_id, { ...filter, limit: 200 });
    const passing = calls.filter((call) => passesFilter(call, filter));
    expect([each, passing.map(numberOf)]).toEqual([each, stored.calls.map(numberOf)]);
  }
});
