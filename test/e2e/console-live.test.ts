/** New calls as they are stored, the capture certificate, and what onboarding shows. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { openStore, type Store } from '../../collector/store/client.ts';
import { migrate } from '../../collector/store/migrate.ts';
import { startTestConsole, type TestConsole, type Who } from '../kit/console.ts';
import { startTestEngine, type TestEngine } from '../kit/engine.ts';
import { storeCalls, traceHex } from '../kit/spans.ts';
import { waitUntil } from '../kit/wait.ts';

let engine: TestEngine;
let store: Store;
let room: TestConsole;

beforeAll(async () => {
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
  room = await startTestConsole({ engine });
});
afterAll(async () => {
  await room.stop();
  await store.close();
  await engine.stop();
  rmSync(engine.dataDir, { recursive: true, force: true });
});

type Event = { event: string; data: { trace_id?: string; [key: string]: unknown } };

/** Reads the stream in the background; `events` grows. */
async function listen(query = '', who: Who = 'viewer', project_id = room.project_id) {
  const gone = new AbortController();
  onTestFinished(() => gone.abort());
  const path = `/api/projects/${project_id}/calls-live${query}`;
  const response = await room.ask(who, path, { signal: gone.signal });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const events: Event[] = [];
  const state = { ended: false };
  const read = async (): Promise<void> => {
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
        if (event) events.push({ event, data: JSON.parse(data) as Event['data'] });
      }
    }
  };
  void read()
    .catch(() => {})
    .finally(() => (state.ended = true));
  await waitUntil('ready', () => events.some(({ event }) => event === 'ready'));
  const traces = () => events.filter(({ event }) => event === 'call').map(({ data }) => data.trace_id);
  return { events, traces, state, gone };
}

it('tells each listener of each new call once, in the shape of the list', async () => {
  await storeCalls(store, [{ project_id: room.project_id, trace: 'before' }]);
  const all = await listen();
  const failed = await listen('?status=error&model=m1', 'owner');
  const foreign = await listen('', 'stranger', room.other_project_id);
  const now = Date.now();
  const call = { project_id: room.project_id };
  await storeCalls(store, [
    { ...call, trace: 'one', input_preview: 'hi' },
    { ...call, trace: 'two', status: 'error', request_model: 'm1' },
    { ...call, trace: 'three', status: 'error', request_model: 'm2' },
    { ...call, trace: 'delayed', received_at: now - 8_000 },
    { project_id: room.other_project_id, trace: 'theirs' },
  ]);
  await waitUntil('all four', () => all.traces().length >= 4);
  // Another one, later: by then a repeat of the first four would have come as well.
  await storeCalls(store, [{ ...call, trace: 'last', status: 'error', request_model: 'm1' }]);
  await waitUntil('the last', () => [all, failed].every(({ traces }) => traces().includes(traceHex('last'))));

  const names = ['one', 'two', 'three', 'delayed', 'last'];
  expect(all.traces().toSorted()).toEqual(names.map(traceHex).toSorted());
  expect(failed.traces()).toEqual(['two', 'last'].map(traceHex));
  expect(foreign.traces()).toEqual([traceHex('theirs')]);
  const one = all.events.find(({ data }) => data.trace_id === traceHex('one'))?.data;
  expect(one).toMatchObject({
    input_preview: 'hi',
    cost_source: 'table',
    started_at: expect.stringMatching(/Z$/),
  });
  expect(one).not.toHaveProperty('writer');
});

it('delivers a burst of more calls than it fetches at once, each once', async () => {
  const { traces } = await listen();
  const burst = Array.from({ length: 1234 }, (_, i) => ({
    project_id: room.project_id,
    trace: `burst-${i}`,
  }));
  await storeCalls(store, burst);
  await waitUntil('the burst', () => traces().length >= burst.length);
  expect(new Set(traces()).size).toBe(burst.length);
  expect(traces()).toHaveLength(burst.length);
});

it('catches up on what was stored while the database did not answer the console', async () => {
  const { traces } = await listen();
  await engine.kill();
  const again = await startTestEngine({ ...engine, port: Number(new URL(engine.url).port) });
  engine = again;
  const writer = await openStore(engine);
  onTestFinished(() => writer.close());
  await storeCalls(writer, [{ project_id: room.project_id, trace: 'after the kill' }]);
  await waitUntil('the call', () => traces().includes(traceHex('after the kill')));
  expect(traces()).toHaveLength(1);
});

it('asks the database only while somebody listens', async () => {
  const { gone } = await listen();
  gone.abort();
  const asked = async (): Promise<number> => {
    const answer = await store.admin.query({
      query: `SELECT toUInt32(value) AS n FROM system.events WHERE event = 'SelectQuery'`,
      format: 'JSONEachRow',
    });
    return (await answer.json<{ n: number }>())[0]?.n ?? 0;
  };
  await waitUntil('silence over more than one interval', async () => {
    const before = await asked();
    const end = Date.now() + 1_500;
    await waitUntil('the interval', () => Date.now() > end);
    return (await asked()) - before <= 1;
  });
});

it('ends the stream of somebody whose role is taken away, and no other', async () => {
  const [theirs, others] = [await listen('', 'reviewer'), await listen()];
  const account = room.registry.accounts.findByEmail('reviewer@example.com');
  const member = room.registry.view.list('member').find(({ body }) => body.account_id === account?.id);
  if (!member) throw new Error('no reviewer');
  const { kind, id, project_id, revision, body } = member;
  const change = { kind, id, project_id, expected_revision: revision, actor: 'system', reason: 'test' };
  room.registry.append({ ...change, body: { ...body, status: 'revoked' } });
  await waitUntil('the end', () => theirs.state.ended);
  expect(others.state.ended).toBe(false);
});

it('ends its streams when the console stops', async () => {
  const { state } = await listen();
  const started = Date.now();
  await room.restart();
  await waitUntil('the end', () => state.ended);
  expect(Date.now() - started).toBeLessThan(2_500);
});

it('shows per writer what was sent, stored, missing, twice and lost', async () => {
  const at = Date.now();
  const writers = [
    { writer: 'whole', at: at - 20_000, kind: 'hello', high_seq: 0, lost: {} },
    { writer: 'whole', at: at - 10_000, kind: 'bye', high_seq: 3, lost: {} },
    { writer: 'holed', at, kind: 'alive', high_seq: 6, lost: { disk: 1 } },
    { writer: 'ancient', at: at - 30 * 86_400_000, kind: 'bye', high_seq: 9, lost: {} },
  ];
  await store.admin.insert({ table: 'writers', values: writers, format: 'JSONEachRow' });
  const call = (writer: string, seq: number, project_id = room.project_id) => ({ project_id, writer, seq });
  await storeCalls(store, [
    call('whole', 1),
    call('whole', 2, room.other_project_id),
    call('whole', 3, '_rejected'),
    call('holed', 1),
    call('holed', 2),
    call('holed', 2),
    call('holed', 5),
  ]);
  const response = await room.ask('owner', '/api/health');
  const { certificate, rooms } = (await response.json()) as { certificate: unknown[]; rooms: unknown[] };
  expect(certificate).toEqual([
    expect.objectContaining({
      writer: 'holed',
      kind: 'alive',
      sent: 6,
      stored: 4,
      missing: 2,
      twice: 1,
      lost: { disk: 1 },
    }),
    expect.objectContaining({
      writer: 'whole',
      kind: 'bye',
      sent: 3,
      stored: 3,
      missing: 0,
      twice: 0,
      lost: {},
    }),
  ]);
  expect(rooms).toEqual([
    { room: 'gateway', ready: false, detail: 'does not answer' },
    { room: 'collector', ready: false, detail: 'does not answer' },
    { room: 'clickhouse', ready: true, detail: 'ready' },
    { room: 'console', ready: true, detail: 'ready' },
  ]);
});

it('shows a newcomer the first call, and the last refused one', async () => {
  const fresh = await startTestConsole({ engine });
  onTestFinished(() => fresh.stop());
  const path = `/api/projects/${fresh.project_id}/onboarding`;
  const ask = async () => (await fresh.ask('owner', path)).json();
  expect(await ask()).toMatchObject({ first_call: null, upstream: '' });
  const refused = { project_id: '_rejected', attributes: { 'url.path': '/v1/chat/completions' } };
  await storeCalls(store, [
    { ...refused, started_at: Date.now() - 11 * 60_000, attributes: { 'url.path': '/old' } },
    refused,
    { project_id: fresh.project_id, trace: 'first' },
  ]);
  expect(await ask()).toMatchObject({
    first_call: { trace_id: traceHex('first') },
    last_rejected: { path: '/v1/chat/completions' },
  });
});
