/** The call list, its facets and one call, through the API, on the real engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../collector/store/client.ts';
import { migrate } from '../../collector/store/migrate.ts';
import type { SpanDetail, SpanListItem } from '../../collector/record/span.ts';
import { startTestConsole, type TestConsole } from '../kit/console.ts';
import { startTestEngine, type TestEngine } from '../kit/engine.ts';
import { spanHex, storeCalls, type StoredCall, traceHex } from '../kit/spans.ts';
import { waitUntil } from '../kit/wait.ts';

let engine: TestEngine;
let store: Store;
let room: TestConsole;

beforeAll(async () => {
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await engine.stop();
});
beforeAll(async () => {
  room = await startTestConsole({ engine });
});
afterAll(() => room.stop());

type List = { calls: SpanListItem[]; next_cursor: string | null };
const NOON = Date.UTC(2026, 10, 20, 12);

async function get<T>(path: string, project_id = room.project_id): Promise<T> {
  const response = await room.ask('owner', `/api/projects/${project_id}/${path}`);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

describe('the list', () => {
  it('pages without a gap or a repeat, also within one millisecond', async () => {
    const project_id = room.other_project_id;
    // 57 calls at four moments: pages of 10 end in the middle of each.
    const calls = Array.from({ length: 57 }, (_, i): StoredCall => {
      return { project_id, started_at: NOON + (i % 4), span_id: 2n ** 63n + BigInt(i * 7919) };
    });
    await storeCalls(store, calls.slice(0, 30));
    await storeCalls(store, calls.slice(30));
    const seen: SpanListItem[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: List = await get(`calls?limit=10${cursor && `&cursor=${cursor}`}`, project_id);
      seen.push(...page.calls);
      cursor = page.next_cursor;
      // A newcomer must not shift the pages after it.
      await storeCalls(store, [
        { project_id, started_at: NOON + 60_000 + seen.length, span_id: BigInt(seen.length) },
      ]);
    }
    expect(seen).toHaveLength(57);
    expect(new Set(seen.map((call) => call.span_id)).size).toBe(57);
    const order = seen.map((call) => `${call.started_at} ${call.span_id}`);
    expect(order).toEqual(order.toSorted().toReversed());
  });

  it('filters by time, model, status, session and user, all at once', async () => {
    const base = { project_id: room.project_id, started_at: NOON };
    const wanted = {
      ...base,
      request_model: '模型 "x", y',
      status: 'error',
      session_id: "s'1",
      user_id: 'u\\2',
    };
    await storeCalls(store, [
      { ...wanted, trace: 'wanted' },
      { ...wanted, trace: 'early', started_at: NOON - 1 },
      { ...wanted, trace: 'late', started_at: NOON + 1000 },
      { ...wanted, trace: 'model', request_model: 'other' },
      { ...wanted, trace: 'status', status: 'ok' },
      { ...wanted, trace: 'session', session_id: 's1' },
      { ...wanted, trace: 'user', user_id: 'u' },
    ]);
    const query = new URLSearchParams([
      ['from', '2026-11-20T21:00:00.000+09:00'],
      ['to', '2026-11-20T12:00:01.000Z'],
      ['model', '模型 "x", y'],
      ['model', 'unheard of'],
      ['status', 'error,cancelled'],
      ['session_id', "s'1"],
      ['user_id', 'u\\2'],
    ]);
    const { calls } = await get<List>(`calls?${query}`);
    expect(calls.map((call) => call.trace_id)).toEqual([traceHex('wanted')]);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['cursor=1-xyz', 'cursor'],
    ['status=odd', 'status.0'],
    ['from=yesterday', 'from'],
  ])('answers %s with 400', async (query, param) => {
    const response = await room.ask('owner', `/api/projects/${room.project_id}/calls?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_query', param } });
  });
});

it('counts each facet under all filters but its own', async () => {
  const day = Date.UTC(2026, 10, 10);
  const base = {
    project_id: room.project_id,
    started_at: day,
    user_id: 'facets',
    input_tokens: 10,
    output_tokens: 1,
  };
  const cost = { cost_total: '0.100000000001' };
  await storeCalls(store, [
    { ...base, ...cost, request_model: 'a' },
    { ...base, ...cost, request_model: 'a', status: 'error' },
    { ...base, ...cost, request_model: 'b' },
    { ...base, request_model: 'b', cost_source: 'unknown' },
    { ...base, ...cost, request_model: 'b', counted: false },
    { ...base, ...cost, request_model: 'a', user_id: 'somebody else' },
  ]);
  expect(await get('call-facets?user_id=facets&model=b')).toEqual({
    total: 3,
    model: [
      { value: 'b', count: 3 },
      { value: 'a', count: 2 },
    ],
    status: [{ value: 'ok', count: 3 }],
    prompt: [],
    feedback: [{ value: 'none', count: 3 }],
    input_tokens: 20,
    output_tokens: 2,
    cost_total: '0.100000000001',
    cost_unknown: 1,
  });
  expect(await get('call-facets?user_id=facets&status=error')).toMatchObject({
    total: 1,
    model: [{ value: 'a', count: 1 }],
    status: [
      { value: 'ok', count: 4 },
      { value: 'error', count: 1 },
    ],
  });
  expect(await get('call-facets?user_id=nobody')).toMatchObject({ total: 0, model: [], cost_total: '0' });
});

describe('one call', () => {
  const path = (trace: string, span: bigint): string => `calls/${traceHex(trace)}/${spanHex(span)}`;

  it('comes with its messages, raw bodies, usage and costs', async () => {
    const messages = [{ role: 'user', parts: [{ type: 'text', content: '関所 <b>' }] }];
    await storeCalls(store, [
      {
        project_id: room.project_id,
        trace: 'detail',
        span_id: 0xffn,
        parent_span_id: '16',
        thread_key: '18446744073709551615',
        usage: { input: 5, input_cached: 2 },
        costs: { input: '0.000000000003' },
        metadata: { a: 'b' },
        input_messages: JSON.stringify(messages),
        output_messages: '{broken',
        request_raw: '{"q":"\u0000\\n関"}',
        response_raw: 'data: x\n\n',
      },
    ]);
    const call = await get<SpanDetail>(path('detail', 0xffn));
    expect(call).toMatchObject({
      span_id: '00000000000000ff',
      parent_span_id: '0000000000000010',
      usage: { input: 5, input_cached: 2 },
      costs: { input: '0.000000000003' },
      metadata: { a: 'b' },
      input_messages: messages,
      output_messages: [{ role: 'unknown', parts: [{ type: 'text', content: '{broken' }] }],
      request_raw: '{"q":"\u0000\\n関"}',
      response_raw: 'data: x\n\n',
      raw_encoding: { request: 'utf-8', response: 'utf-8' },
    });
  });

  it('shows a strange message as it is, beside the others, and late events after them', async () => {
    const text = (content: string) => ({ role: 'user', parts: [{ type: 'text', content }] });
    const call = { project_id: room.project_id, trace: 'odd', span_id: 7n, started_at: NOON };
    await storeCalls(store, [{ ...call, input_messages: JSON.stringify([text('a'), { odd: 1 }]) }]);
    await storeCalls(store, [{ ...call, part: 'late_event', input_messages: JSON.stringify([text('b')]) }]);
    expect(await get(path('odd', 7n))).toMatchObject({
      input_messages: [
        text('a'),
        { role: 'unknown', parts: [{ type: 'generic', value: { odd: 1 } }] },
        text('b'),
      ],
    });
  });

  it('carries bytes that are no UTF-8 as base64', async () => {
    await store.admin.command({
      query: `INSERT INTO ingest (project_id, started_at, trace_id, span_id, status, origin, part, received_at,
          request_raw, response_raw)
        VALUES ({project:String}, now64(3), 'bytes...........', 1, 'ok', 'gateway', 'call', now(),
          unhex('ff00fe'), 'plain')`,
      query_params: { project: room.project_id },
    });
    expect(await get(path('bytes', 1n))).toMatchObject({
      request_raw: Buffer.from('ff00fe', 'hex').toString('base64'),
      response_raw: 'plain',
      raw_encoding: { request: 'base64', response: 'utf-8' },
    });
  });

  it.each([
    [
      'of another project',
      async () =>
        void (await storeCalls(store, [
          { project_id: room.other_project_id, trace: 'foreign', span_id: 1n },
        ])),
      () => path('foreign', 1n),
    ],
    ['that never was', async () => {}, () => path('never', 1n)],
    ['with a crooked id', async () => {}, () => `calls/${traceHex('detail')}/FF`],
    ['with a path in its id', async () => {}, () => `calls/..%2f..%2fkeys/00000000000000ff`],
  ])('%s is 404', async (_name, prepare, address) => {
    await prepare();
    const response = await room.ask('owner', `/api/projects/${room.project_id}/${address()}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'not_found' } });
  });
});

it('ships each revision to ClickHouse once', async () => {
  const count = async (): Promise<{ seqs: string[] }> => {
    const answer = await store.system.query({
      query: 'SELECT groupArray(toString(seq)) AS seqs FROM (SELECT seq FROM registry_log ORDER BY seq)',
      format: 'JSONEachRow',
    });
    const [row] = await answer.json<{ seqs: string[] }>();
    return row ?? { seqs: [] };
  };
  const all = room.registry.revisionsAfter(0).map(({ seq }) => String(seq));
  const { seqs } = await waitUntil('all revisions', async () => {
    const rows = await count();
    return rows.seqs.length >= all.length && rows;
  });
  expect(seqs).toEqual(all);
});
