/** The stock SDK through the whole product with nothing configured: the built-in simulation answers, and is recorded. */
import OpenAI from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { startDemo } from '../kit/demo.ts';
import { waitUntil } from '../kit/wait.ts';

let sekisho: Booted;
let client: OpenAI;

beforeAll(async () => {
  sekisho = await bootSekisho();
  client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
});

const messages = [{ role: 'user' as const, content: '返品の手順を知りたいです' }];

type Row = {
  operation: string;
  request_model: string;
  status: string;
  stream: boolean;
  input_tokens: number;
  output_tokens: number;
  cost_source: string;
  ttft_ms: number;
  upstream: string;
  input_preview: string;
  output_preview: string;
};

async function findRows(session: string): Promise<Row[]> {
  await sekisho.flush();
  return sekisho.query<Row>('SELECT * FROM spans WHERE session_id = {session:String} ORDER BY seq', {
    session,
  });
}

test('five kinds of calls become five rows', async () => {
  const session = 'demo session';
  const options = { headers: { 'x-session-id': session } };
  const chat = await client.chat.completions.create({ model: 'gpt-4o-mini', messages }, options);
  const stream = await client.chat.completions.create(
    { model: 'demo-small', messages, stream: true, stream_options: { include_usage: true } },
    options,
  );
  let usage: OpenAI.CompletionUsage | null | undefined;
  for await (const chunk of stream) usage = chunk.usage;
  const response = await client.responses.create({ model: 'gpt-4o-mini', input: 'Hello' }, options);
  const streamed = await client.responses
    .stream({ model: 'gpt-4o-mini', input: 'Hello' }, options)
    .finalResponse();
  const embedded = await client.embeddings.create(
    { model: 'demo-embedding', input: ['one', '二つ目'] },
    options,
  );
  expect(embedded.data.map((item) => item.embedding.length)).toEqual([1536, 1536]);

  const rows = await findRows(session);
  expect(rows.map((row) => [row.operation, row.request_model, row.stream, row.cost_source])).toEqual([
    ['chat', 'gpt-4o-mini', false, 'table'],
    ['chat', 'demo-small', true, 'unknown'],
    ['chat', 'gpt-4o-mini', false, 'table'],
    ['chat', 'gpt-4o-mini', true, 'table'],
    ['embeddings', 'demo-embedding', false, 'unknown'],
  ]);
  expect(rows.map((row) => [row.input_tokens, row.output_tokens])).toEqual([
    [chat.usage?.prompt_tokens, chat.usage?.completion_tokens],
    [usage?.prompt_tokens, usage?.completion_tokens],
    [response.usage?.input_tokens, response.usage?.output_tokens],
    [streamed.usage?.input_tokens, streamed.usage?.output_tokens],
    [embedded.usage.prompt_tokens, 0],
  ]);
  expect(rows.every((row) => row.status === 'ok' && row.upstream === 'demo')).toBe(true);
  expect(rows[1]?.ttft_ms).toBeGreaterThanOrEqual(19);
  expect(rows[1]?.input_preview).toContain('返品の手順');
  expect(rows[1]?.output_preview).toContain('シミュレーション');
});

test.each([
  ['demo-error-500', 500],
  ['demo-rate-limit', 429],
  ['demo-context-length', 400],
])('%s reaches the client as the provider would send it, and the record', async (model, status) => {
  const headers = { 'x-session-id': model };
  const failed = client.chat.completions.create({ model, messages }, { headers });
  await expect(failed).rejects.toMatchObject({ status });
  expect(await findRows(model)).toEqual([
    expect.objectContaining({ status: 'error', http_status: status, request_model: model }),
  ]);
});

async function countCalls(): Promise<number> {
  await sekisho.flush();
  const [row] = await sekisho.query<{ calls: number }>('SELECT count() AS calls FROM spans');
  return row?.calls ?? 0;
}

test('npm run demo sends what it says, varied, and ends with a summary', async () => {
  const before = await countCalls();
  const run = startDemo(sekisho, ['--calls', '60', '--seed', '7', '--calls-only']);
  expect(await run.ended, run.said()).toBe(0);
  const sent = Number(/Sent (\d+) calls/u.exec(run.said())?.[1]);
  expect(sent).toBeGreaterThan(50);
  expect(sent).toBeLessThanOrEqual(60);
  expect((await countCalls()) - before).toBe(sent);
  const [variety] = await sekisho.query<Record<string, number>>(
    `SELECT uniq(user_id) AS users, uniq(session_id) AS sessions, uniq(request_model) AS models,
      uniq(metadata['app']) AS apps, uniq(operation) AS operations, uniqArray(tags) AS tags FROM spans`,
  );
  expect(variety?.['users']).toBeGreaterThan(8);
  expect(variety?.['sessions']).toBeGreaterThan(20);
  expect(variety?.['models']).toBeGreaterThan(5);
  expect(variety?.['apps']).toBeGreaterThan(3);
  expect(variety?.['operations']).toBeGreaterThanOrEqual(2);
  expect(variety?.['tags']).toBeGreaterThan(5);
});

test('Ctrl-C stops the demo cleanly', async () => {
  const before = await countCalls();
  const run = startDemo(sekisho, ['--calls', '5000']);
  await waitUntil('the first call of the demo', async () => (await countCalls()) > before);
  run.interrupt();
  expect(await run.ended, run.said()).toBe(130);
  expect(run.said()).toMatch(/Sent \d+ calls/u);
});

test('the demo says what is wrong: no gateway, a bad number', async () => {
  const nowhere = startDemo(sekisho, [], { SEKISHO_GATEWAY_URL: 'http://127.0.0.1:9' });
  expect(await nowhere.ended).toBe(1);
  expect(nowhere.said()).toContain('npm start');
  const bad = startDemo(sekisho, ['--calls', 'many']);
  expect(await bad.ended).toBe(1);
  expect(bad.said()).toContain('--calls must be a whole number');
});
