/** The provider of the tests, driven by the stock SDK: what it says is OpenAI's shape, and always the same. */
import OpenAI from 'openai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../../upstream/upstream.ts';

let upstream: Upstream;
let client: OpenAI;

beforeEach(async () => {
  upstream = await startUpstream();
  client = new OpenAI({ baseURL: upstream.url, apiKey: 'sk-test', maxRetries: 0 });
});
afterEach(() => upstream.stop());

const messages = [{ role: 'user' as const, content: 'say nonce-42 back, please' }];
const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'find_order',
      parameters: { type: 'object', properties: { id: { type: 'string' }, count: { type: 'integer' } } },
    },
  },
];

test('answers chat with the nonce, usage and provider headers', async () => {
  const call = client.chat.completions.create({ model: 'gpt-4o-mini', messages });
  const { data, response } = await call.withResponse();
  expect(data.choices[0]?.message.content).toMatch(/^nonce-42 Echo: say/u);
  expect(data.usage?.total_tokens).toBe(
    (data.usage?.prompt_tokens ?? 0) + (data.usage?.completion_tokens ?? 0),
  );
  expect(response.headers.get('x-request-id')).toMatch(/^req_/u);
  expect(response.headers.get('x-ratelimit-remaining-tokens')).toBe('199000');
  expect(upstream.requests[0]?.path).toBe('/v1/chat/completions');
});

const collect = async (include_usage: boolean) => {
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  const stream = await client.chat.completions.create({
    model: 'gpt-4o-mini',
    messages,
    stream: true,
    ...(include_usage && { stream_options: { include_usage } }),
  });
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
};

const text = (chunks: OpenAI.ChatCompletionChunk[]) =>
  chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');

test('says the same whether or not usage was asked for, and sends usage only then', async () => {
  const plain = await collect(false);
  const counted = await collect(true);
  expect(plain.some((chunk) => 'usage' in chunk)).toBe(false);
  expect(counted.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  expect(counted.at(-1)?.choices).toEqual([]);
  expect(counted.at(-1)?.usage?.total_tokens).toBeGreaterThan(0);
  expect(text(plain)).toBe(text(counted));
  expect(plain[0]?.id).toBe(counted[0]?.id);
  expect(plain[1]).toHaveProperty('obfuscation');
});

test('streams tool calls that the SDK puts together', async () => {
  const stream = client.chat.completions.stream({ model: 'gpt-4o', messages, tools });
  const final = await stream.finalChatCompletion();
  const call = final.choices[0]?.message.tool_calls?.[0];
  expect(final.choices[0]?.finish_reason).toBe('tool_calls');
  expect(call?.type === 'function' && Object.keys(JSON.parse(call.function.arguments) as object)).toEqual([
    'id',
    'count',
  ]);
});

test('answers responses whole and as numbered events with the same text', async () => {
  const whole = await client.responses.create({ model: 'gpt-4o', input: 'hello nonce-1' });
  const stream = client.responses.stream({ model: 'gpt-4o', input: 'hello nonce-1' });
  const numbers: number[] = [];
  for await (const event of stream) numbers.push(event.sequence_number);
  const final = await stream.finalResponse();
  expect(numbers).toEqual(numbers.map((_, index) => index));
  expect(final.output_text).toBe(whole.output_text);
  expect(final.usage?.input_tokens).toBe(whole.usage?.input_tokens);
});

test('answers responses with function calls', async () => {
  const tool = { type: 'function' as const, name: 'find_order', strict: false, parameters: null };
  const stream = client.responses.stream({ model: 'gpt-4o', input: 'find it', tools: [tool] });
  const final = await stream.finalResponse();
  expect(final.output[0]).toMatchObject({ type: 'function_call', name: 'find_order', status: 'completed' });
});

test('answers completions, embeddings in both formats, and models', async () => {
  const completion = await client.completions.create({ model: 'davinci', prompt: 'once upon' });
  expect(completion.choices[0]?.text).toContain('once upon');
  const input = ['one', 'two'];
  const base64 = await client.embeddings.create({ model: 'e', input });
  const floats = await client.embeddings.create({ model: 'e', input, encoding_format: 'float' });
  expect(base64.data[1]?.embedding).toHaveLength(256);
  expect(base64.data[1]?.embedding[7]).toBeCloseTo(floats.data[1]?.embedding[7] ?? 9, 6);
  expect((await client.models.list()).data.map((model) => model.id)).toContain('gpt-4o-mini');
});

test('refuses unknown paths and other keys in the shape of OpenAI', async () => {
  await expect(client.files.list()).rejects.toMatchObject({ status: 404, type: 'invalid_request_error' });
  const locked = await startUpstream({ apiKey: 'sk-right' });
  const wrong = new OpenAI({ baseURL: locked.url, apiKey: 'sk-wrong', maxRetries: 0 });
  await expect(wrong.models.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
  await locked.stop();
});
