/** The built-in simulation, driven by the stock SDK: useful as a model's stand-in, and never mistaken for one. */
import OpenAI from 'openai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDemoUpstream, type DemoUpstream } from '../../../gateway/upstreams/demo.ts';

let demo: DemoUpstream;
let client: OpenAI;
beforeEach(async () => {
  demo = await createDemoUpstream();
  client = new OpenAI({ baseURL: demo.url, apiKey: 'unused', maxRetries: 0 });
});
afterEach(() => demo.stop());

const ask = (content: string) => [{ role: 'user' as const, content }];
const readFile = {
  name: 'read_file',
  strict: false,
  parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

test('answers chat under any model name, the same each time, marked as a simulation', async () => {
  const body = { model: 'gpt-4o-mini', messages: ask('How do refunds work?') };
  const { data, response } = await client.chat.completions.create(body).withResponse();
  const again = await client.chat.completions.create(body);
  expect(response.headers.get('x-sekisho-simulated')).toBe('true');
  expect(data.model).toBe('gpt-4o-mini');
  expect(data.choices[0]?.message.content).toMatch(/^\[Simulated answer\].*refunds/u);
  expect(again.choices[0]?.message.content).toBe(data.choices[0]?.message.content);
  expect(again.id).not.toBe(data.id);
  expect(data.usage?.completion_tokens).toBeGreaterThan(5);
});

test('streams chat in Japanese, with usage last when it was asked for', async () => {
  const stream = await client.chat.completions.create({
    model: 'demo-small',
    messages: ask('返品の手順を知りたいです'),
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
  expect(text).toMatch(/^［シミュレーション］.*返品/u);
  expect(chunks.length).toBeGreaterThan(10);
  expect(chunks.at(-1)?.usage?.prompt_tokens).toBeGreaterThan(5);
});

test('streams and sends responses with the same words', async () => {
  const body = { model: 'demo-large', input: 'Summarise the minutes', instructions: 'Be brief.' };
  const whole = await client.responses.create(body);
  const stream = client.responses.stream(body);
  const types = new Set<string>();
  for await (const event of stream) types.add(event.type);
  expect((await stream.finalResponse()).output_text).toBe(whole.output_text);
  expect(whole.instructions).toBe('Be brief.');
  expect([...types]).toEqual(
    expect.arrayContaining(['response.created', 'response.output_text.delta', 'response.completed']),
  );
});

test('calls a tool when asked to, and answers once it has the result', async () => {
  const tools = [{ type: 'function' as const, function: readFile }];
  const question = ask('Please read file `src/cart.ts`');
  const first = await client.chat.completions.create({ model: 'demo-small', messages: question, tools });
  const message = first.choices[0]?.message;
  const call = message?.tool_calls?.[0];
  if (message === undefined || call?.type !== 'function') throw new Error('no tool call');
  expect(first.choices[0]?.finish_reason).toBe('tool_calls');
  expect(JSON.parse(call.function.arguments)).toEqual({ path: 'src/cart.ts' });
  const messages = [...question, message, { role: 'tool' as const, tool_call_id: call.id, content: '42' }];
  const second = await client.chat.completions.create({ model: 'demo-small', messages, tools });
  expect(second.choices[0]?.finish_reason).toBe('stop');
  const viaResponses = await client.responses.create({
    model: 'demo-small',
    input: 'read_file `a/b.ts`',
    tools: [{ type: 'function', ...readFile }],
  });
  expect(viaResponses.output[0]).toMatchObject({ type: 'function_call', arguments: '{"path":"a/b.ts"}' });
  const chatty = await client.chat.completions.create({ model: 'demo-small', messages: ask('Hello'), tools });
  expect(chatty.choices[0]?.finish_reason).toBe('stop');
});

test('follows a JSON schema', async () => {
  const schema = {
    type: 'object',
    properties: {
      order: { type: 'string' },
      total: { type: 'number' },
      status: { enum: ['open', 'paid'] },
      lines: { type: 'array', items: { type: 'object', properties: { count: { type: 'integer' } } } },
    },
  };
  const completion = await client.chat.completions.create({
    model: 'demo-small',
    messages: ask('Order AB-1234 was paid, total 5,400 yen'),
    response_format: { type: 'json_schema', json_schema: { name: 'order', schema } },
  });
  expect(JSON.parse(completion.choices[0]?.message.content ?? '')).toEqual({
    order: 'AB-1234',
    total: expect.any(Number) as number,
    status: 'paid',
    lines: [{ count: expect.any(Number) as number }],
  });
});

const dot = (a: number[] = [], b: number[] = []) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

test('embeds similar texts near each other, in unit length and the wanted size', async () => {
  const input = ['How do I reset my password?', 'reset a password', 'パスワードの再設定', '京都の天気'];
  const { data } = await client.embeddings.create({ model: 'demo-embedding', input, dimensions: 512 });
  const [one, two, three, four] = data.map((item) => item.embedding);
  expect(one).toHaveLength(512);
  expect(dot(one, one)).toBeCloseTo(1, 4);
  expect(dot(one, two)).toBeGreaterThan(dot(one, four) + 0.3);
  expect(dot(three, three)).toBeCloseTo(1, 4);
  const floats = await client.embeddings.create({ model: 'x', input: 'reset', encoding_format: 'float' });
  expect(floats.data[0]?.embedding).toHaveLength(1536);
});

test.each([
  ['demo-error-500', 500, undefined],
  ['demo-rate-limit', 429, 'rate_limit_exceeded'],
  ['demo-context-length', 400, 'context_length_exceeded'],
])('%s fails with %i', async (model, status, code) => {
  const failed = await client.chat.completions.create({ model, messages: ask('x') }).catch((error) => error);
  expect(failed).toBeInstanceOf(OpenAI.APIError);
  expect(failed.status).toBe(status);
  expect(failed.code ?? undefined).toBe(code);
});

test('demo-cut breaks a stream after some of it, and a whole answer in the middle', async () => {
  const stream = await client.chat.completions.create({
    model: 'demo-cut',
    messages: ask('x'),
    stream: true,
  });
  let seen = 0;
  const read = async () => {
    for await (const _ of stream) seen++;
  };
  await expect(read()).rejects.toThrow('terminated');
  expect(seen).toBeGreaterThan(2);
  await expect(client.chat.completions.create({ model: 'demo-cut', messages: ask('x') })).rejects.toThrow();
});

test('answers bad input clearly and lists its models', async () => {
  const bad = await fetch(`${demo.url}/chat/completions`, { method: 'POST', body: '{"model":' });
  expect(bad.status).toBe(400);
  expect(await bad.json()).toMatchObject({ error: { type: 'invalid_request_error', param: null } });
  expect((await fetch(`${demo.url}/nowhere`, { method: 'POST', body: '{}' })).status).toBe(404);
  expect((await client.models.list()).data.map((model) => model.id)).toContain('demo-embedding');
  await demo.stop();
  await demo.stop();
});

const SOURCES = `Answer from these.

[1] returns.md
Parcels leave daily. You may return it within thirty days.

[2] 返品.md
返品は三十日以内です。送料は無料です。`;

test.each([
  ['Until when may I return it?', /^\[Simulated answer\] .*within thirty days\." \[1\]$/u],
  ['返品はいつまでですか', /^［シミュレーション］.*返品は三十日以内です。.*\[2\]/u],
])('answers from numbered sources, and cites them: %s', async (question, expected) => {
  const messages = [{ role: 'system' as const, content: SOURCES }, ...ask(question)];
  const chat = await client.chat.completions.create({ model: 'm', messages });
  expect(chat.choices[0]?.message.content).toMatch(expected);
  const response = await client.responses.create({ model: 'm', input: messages });
  expect(response.output_text).toBe(chat.choices[0]?.message.content);
});

test('does not take what a user quotes for its sources', async () => {
  const { output_text } = await client.responses.create({ model: 'm', input: ask(SOURCES) });
  expect(output_text).not.toContain('The sources say');
});

const judge = (properties: object, content: string) =>
  client.chat.completions
    .create({
      model: 'demo-small',
      messages: ask(content),
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'verdict',
          schema: { type: 'object', properties: { reasoning: { type: 'string' }, ...properties } },
        },
      },
    })
    .then(({ choices }) => JSON.parse(choices[0]?.message.content ?? '') as Record<string, unknown>);

test('judges by points, within the range that is asked for, the same each time', async () => {
  const score = { score: { type: 'number' } };
  const points = new Set<unknown>();
  for (let i = 0; i < 12; i++) {
    const content = `Answer ${i}: 42. Give a number from 1 to 7.`;
    const verdict = await judge(score, content);
    expect(verdict['score']).toBe(Math.min(7, Math.max(1, Number(verdict['score']))));
    expect(verdict['reasoning']).toMatch(/^Simulated/);
    expect(await judge(score, content)).toEqual(verdict);
    points.add(verdict['score']);
  }
  expect(points.size).toBeGreaterThan(2);
  const bounded = await judge({ score: { type: 'integer', minimum: 0, maximum: 1 } }, 'x');
  expect([0, 1]).toContain(bounded['score']);
  expect((await judge(score, 'x'))['score']).toBeLessThanOrEqual(1);
});

test('judges by labels, most often the first', async () => {
  const labels = ['good', 'fair', 'bad'];
  const said = await Promise.all(
    Array.from({ length: 30 }, (_, i) => judge({ label: { type: 'string', enum: labels } }, `Answer ${i}`)),
  );
  const chosen = said.map((verdict) => String(verdict['label']));
  expect(new Set(chosen).size).toBeGreaterThan(1);
  expect(chosen.filter((label) => label === 'good').length).toBeGreaterThan(12);
  expect(chosen.filter((label) => !labels.includes(label))).toEqual([]);
});

test('refuses an upload at once, whatever its size', async () => {
  const file = new File([Buffer.alloc(3_000_000)], 'batch.jsonl');
  await expect(client.files.create({ file, purpose: 'batch' })).rejects.toMatchObject({ status: 404 });
});
