/**
 * The stock SDK through the whole product against an OpenAI-compatible server: the client gets that server's bytes,
 * and every call is one row with the right numbers.
 */
import type OpenAI from 'openai';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import type { Behaviour } from '../upstream/behaviour.ts';
import { createRecordingClient } from '../upstream/client.ts';
import { startUpstream, type Upstream } from '../upstream/upstream.ts';

let upstream: Upstream;
let sekisho: Booted;

beforeAll(async () => {
  upstream = await startUpstream({ apiKey: 'sk-of-the-upstream' });
  sekisho = await bootSekisho({ upstream: upstream.url });
});
afterAll(() => upstream.stop());

const messages = [{ role: 'user' as const, content: 'Where is my order? 注文はどこですか' }];
const tools = [
  {
    type: 'function' as const,
    function: { name: 'find_order', parameters: { type: 'object', properties: { id: { type: 'string' } } } },
  },
];
const model = 'gpt-4o-mini';

type Usage = { input: number; output: number };
type Sent = { usage?: Usage | undefined };

async function readAll<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

function toChatUsage(usage: OpenAI.CompletionUsage | null | undefined): Usage | undefined {
  return usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : undefined;
}

async function sendChat(client: OpenAI): Promise<Sent> {
  const { usage } = await client.chat.completions.create({ model, messages, user: 'user-7' });
  return { usage: toChatUsage(usage) };
}

const streamChat =
  (extra: object) =>
  async (client: OpenAI): Promise<Sent> => {
    const body = { model, messages, user: 'user-7', stream: true as const, ...extra };
    const chunks = await readAll(await client.chat.completions.create(body));
    return { usage: toChatUsage(chunks.at(-1)?.usage) };
  };

async function sendResponse(client: OpenAI): Promise<Sent> {
  const { usage } = await client.responses.create({ model, input: 'Hello', safety_identifier: 'user-7' });
  return { usage: usage && { input: usage.input_tokens, output: usage.output_tokens } };
}

async function streamResponse(client: OpenAI): Promise<Sent> {
  const body = { model, input: 'Hello', safety_identifier: 'user-7' };
  const { usage } = await client.responses.stream(body).finalResponse();
  return { usage: usage && { input: usage.input_tokens, output: usage.output_tokens } };
}

async function sendEmbeddings(client: OpenAI): Promise<Sent> {
  const body = { model: 'text-embedding-3-small', input: ['one', '二'], user: 'user-7' };
  const { usage } = await client.embeddings.create(body);
  return { usage: { input: usage.prompt_tokens, output: 0 } };
}

async function sendCompletion(client: OpenAI): Promise<Sent> {
  const body = { model: 'gpt-3.5-turbo-instruct', prompt: 'Once upon', user: 'user-7' };
  const { usage } = await client.completions.create(body);
  return { usage: toChatUsage(usage) };
}

type Case = {
  name: string;
  send: (client: OpenAI) => Promise<Sent>;
  behaviour?: Behaviour;
  stream?: boolean;
  operation: string;
};

const CASES: readonly Case[] = [
  { name: 'chat', send: sendChat, operation: 'chat' },
  { name: 'chat, compressed', send: sendChat, behaviour: { gzip: true }, operation: 'chat' },
  { name: 'chat, 300 KB', send: sendChat, behaviour: { textBytes: 300_000 }, operation: 'chat' },
  { name: 'streamed chat', send: streamChat({}), stream: true, operation: 'chat' },
  {
    name: 'streamed chat with usage',
    send: streamChat({ stream_options: { include_usage: true } }),
    stream: true,
    operation: 'chat',
  },
  { name: 'streamed chat with tools', send: streamChat({ tools }), stream: true, operation: 'chat' },
  {
    name: 'streamed chat, cut at every byte',
    send: streamChat({}),
    behaviour: { splits: [1, 7, 2, 100, 3] },
    stream: true,
    operation: 'chat',
  },
  {
    name: 'streamed chat with comments and no [DONE]',
    send: streamChat({}),
    // every second: the chunk that the gateway's question for usage adds must not bring a comment along
    behaviour: { commentEvery: 2, omitDone: true },
    stream: true,
    operation: 'chat',
  },
  { name: 'responses', send: sendResponse, operation: 'chat' },
  { name: 'streamed responses', send: streamResponse, stream: true, operation: 'chat' },
  { name: 'embeddings', send: sendEmbeddings, operation: 'embeddings' },
  { name: 'completions', send: sendCompletion, operation: 'text_completion' },
];

const ROW_SQL = `SELECT lower(hex(trace_id)) AS trace, operation, request_model, response_model, status, http_status,
  stream, input_tokens, output_tokens, toString(cost_total) AS cost, cost_source, ttft_ms, duration_ms, session_id, user_id, tags
  FROM spans WHERE session_id = {session:String}`;

describe.each(CASES)('$name', ({ name, send, behaviour, stream = false, operation }) => {
  test('has the same bytes with and without Sekisho, and one right row', async () => {
    const session = `session of ${name}`;
    const direct = createRecordingClient({ baseURL: upstream.url, apiKey: 'sk-of-the-upstream' });
    const through = createRecordingClient({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey });
    const slow: Behaviour = { ...behaviour, delayMs: 60 };
    upstream.reset();
    upstream.script(() => true, slow);
    const { usage } = await send(direct.client);
    await send(
      through.client.withOptions({ defaultHeaders: { 'x-session-id': session, 'x-tags': 'shop,ja' } }),
    );

    const [plain] = direct.exchanges;
    const [captured] = through.exchanges;
    expect((await captured?.bytes)?.toString()).toBe((await plain?.bytes)?.toString());
    const ours = ['date', 'connection', 'keep-alive', 'transfer-encoding', 'x-request-id'];
    for (const [header, value] of plain?.headers ?? []) {
      if (!ours.includes(header)) expect(captured?.headers.get(header), header).toBe(value);
    }
    expect(upstream.requests).toHaveLength(2);

    await sekisho.flush();
    const rows = await sekisho.query(ROW_SQL, { session });
    const asked = usage ?? (await findUsage(send));
    expect(rows).toEqual([
      expect.objectContaining({
        trace: captured?.traceId,
        operation,
        status: 'ok',
        http_status: 200,
        stream,
        input_tokens: asked?.input,
        output_tokens: asked?.output,
        cost_source: 'table',
        session_id: session,
        user_id: 'user-7',
        tags: ['shop', 'ja'],
      }),
    ]);
    const [row] = rows as [{ cost: string; ttft_ms: number; duration_ms: number; request_model: string }];
    expect(Number(row.cost)).toBeCloseTo(toCost(row.request_model, asked), 11);
    expect(row.duration_ms).toBeGreaterThanOrEqual(59);
    expect(row.duration_ms).toBeLessThan(5000);
    if (stream) {
      expect(row.ttft_ms).toBeGreaterThanOrEqual(59);
      expect(row.ttft_ms).toBeLessThanOrEqual(row.duration_ms);
    }
  });
});

/** What the server counts for a stream that did not show its usage: it says so when asked. */
async function findUsage(send: Case['send']): Promise<Usage | undefined> {
  const { client } = createRecordingClient({ baseURL: upstream.url, apiKey: 'sk-of-the-upstream' });
  upstream.reset();
  await send(client);
  const [request] = upstream.requests;
  const body = JSON.parse(request?.body.toString() ?? '{}') as OpenAI.ChatCompletionCreateParamsStreaming;
  const asking = { ...body, stream_options: { include_usage: true } };
  const chunks = await readAll(await client.chat.completions.create(asking));
  return toChatUsage(chunks.at(-1)?.usage);
}

/** Dollars per million tokens, in and out, as OpenAI lists them. */
const PRICES: Record<string, [number, number]> = {
  'gpt-4o-mini': [0.15, 0.6],
  'text-embedding-3-small': [0.02, 0],
  'gpt-3.5-turbo-instruct': [1.5, 2],
};

function toCost(name: string, usage: Usage | undefined): number {
  const [input, output] = PRICES[name] ?? [Number.NaN, Number.NaN];
  return ((usage?.input ?? 0) * input + (usage?.output ?? 0) * output) / 1e6;
}

test('the upstream gets our key for it, never the client’s, and the untouched body', async () => {
  upstream.reset();
  const body = JSON.stringify({ messages, model, temperature: 0.30000000000000004, zed: [1, 1.0] });
  const response = await fetch(`${sekisho.urls.gateway}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sekisho.apiKey}`, 'content-type': 'application/json' },
    body,
  });
  expect(response.status).toBe(200);
  const [request] = upstream.requests;
  expect(request?.headers.authorization).toBe('Bearer sk-of-the-upstream');
  expect(JSON.stringify(request?.headers)).not.toContain('sk-sekisho-');
  expect(request?.body.toString()).toBe(body);
});

test('other endpoints pass untouched and are recorded', async () => {
  const direct = createRecordingClient({ baseURL: upstream.url, apiKey: 'sk-of-the-upstream' });
  const through = createRecordingClient({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey });
  for (const { client } of [direct, through]) {
    await client.models.list();
    await client.batches.list().catch(() => undefined);
  }
  for (const [index, exchange] of through.exchanges.entries()) {
    const plain = direct.exchanges[index];
    expect(exchange.status).toBe(plain?.status);
    expect((await exchange.bytes).toString()).toBe((await plain?.bytes)?.toString());
  }
  await sekisho.flush();
  const sql = `SELECT http_status, status, attributes['url.path'] AS path FROM spans
    WHERE attributes['http.request.method'] = 'GET' ORDER BY seq`;
  expect(await sekisho.query(sql)).toEqual([
    { http_status: 200, status: 'ok', path: '/v1/models' },
    { http_status: 404, status: 'error', path: '/v1/batches' },
  ]);
});
