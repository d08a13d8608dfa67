/** The same answer in every way it may lie on the wire: line ends, comments, cuts, encodings, bytes of real clients. */
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSse } from '../../../collector/normalise/sse.ts';
import { createRecordingClient } from '../../upstream/client.ts';
import { startUpstream, type Upstream } from '../../upstream/upstream.ts';
import { gatewaySpan, read, readStream, sse, text, toRead } from './span.ts';
import { normaliseGatewaySpan } from '../../../collector/normalise/gateway-span.ts';

const EVENTS = [
  { id: 'c', model: 'gpt-4o-mini', choices: [{ index: 0, delta: { role: 'assistant', content: '関' } }] },
  { id: 'c', model: 'gpt-4o-mini', choices: [{ index: 0, delta: { content: '所 🏯' } }] },
  { id: 'c', model: 'gpt-4o-mini', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  { id: 'c', choices: [], usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 } },
];
const STREAM = sse([...EVENTS, '[DONE]']);
const pretty = EVENTS.map((event) => JSON.stringify(event, null, 1).replace(/^/gm, 'data: ')).join('\n\n');

describe('an event stream', () => {
  it.each([
    ['as OpenAI writes it', STREAM],
    ['without [DONE]', sse(EVENTS)],
    ['with CRLF', STREAM.replaceAll('\n', '\r\n')],
    ['with CR', STREAM.replaceAll('\n', '\r')],
    ['with a byte order mark', `\uFEFF${STREAM}`],
    [
      'with comments and pings',
      STREAM.replaceAll('\n\n', '\n\n: keepalive\n\nevent: ping\n\nid: 1\nretry: 5\n\n'),
    ],
    ['without the space after the colon', STREAM.replaceAll('data: ', 'data:')],
    ['with data over several lines', `${pretty}\n\n`],
    ['without the blank line at its end', STREAM.trimEnd()],
    ['cut inside [DONE]', STREAM.slice(0, -6)],
    ['named as events', STREAM.replaceAll('data: ', 'event: chunk\ndata: ')],
  ])('%s is read', (_name, bytes) => {
    const row = readStream(bytes);
    expect(row.output).toEqual([{ role: 'assistant', parts: [text('関所 🏯')], finish_reason: 'stop' }]);
    expect(row).toMatchObject({ input_tokens: 9, output_tokens: 4, cost_source: 'table', status: 'ok' });
  });

  it('cut at any byte keeps what had come, and never throws', () => {
    const whole = Buffer.from(STREAM);
    const seen = new Set<string>();
    for (let end = 0; end <= whole.length; end++) {
      const row = readStream(whole.subarray(0, end), { outcome: 'cancelled' });
      seen.add(row.output_preview);
      expect([end, row.dialect, row.status]).toEqual([end, 'openai.chat', 'cancelled']);
      expect(row.response_raw).toEqual(whole.subarray(0, end));
    }
    expect([...seen]).toEqual(['', '関', '関所 🏯']);
  });

  it('is known by its type in any spelling', () => {
    const responseHeaders = { 'content-type': ' Text/Event-Stream' };
    expect(readStream(STREAM, { responseHeaders }).output_preview).toBe('関所 🏯');
  });

  it('gives events their names and data', () => {
    expect(parseSse('event: a\ndata: 1\ndata: 2\n\n: x\ndata:\n\nevent: lost\n\ndata: 3')).toEqual([
      { event: 'a', data: '1\n2' },
      { event: '', data: '' },
      { event: '', data: '3' },
    ]);
  });
});

const ENCODINGS = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
};
const REQUEST = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Compressed?' }] };
const ANSWER = JSON.stringify({
  id: 'c',
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 4 },
});

describe.each(Object.entries(ENCODINGS))('a body in %s', (encoding, compress) => {
  const headers = { 'content-encoding': encoding.toUpperCase() };

  it('is read both ways, and kept as it came', () => {
    const request = compress(Buffer.from(JSON.stringify(REQUEST)));
    const response = compress(Buffer.from(ANSWER));
    const row = read({ request, response, requestHeaders: headers, responseHeaders: headers });
    expect(row).toMatchObject({
      input_preview: 'Compressed?',
      output_preview: 'Yes.',
      dialect: 'openai.chat',
      input_tokens: 9,
    });
    expect([row.request_raw, row.response_raw]).toEqual([request, response]);
  });

  it('that is broken leaves the other side readable', () => {
    const response = compress(Buffer.from(ANSWER)).subarray(3);
    const row = read({ request: REQUEST, response, responseHeaders: headers });
    expect(row).toMatchObject({ input_preview: 'Compressed?', output_preview: '', response_raw: response });
    const request = compress(Buffer.from(JSON.stringify(REQUEST))).subarray(3);
    const other = read({ request, response: ANSWER, requestHeaders: headers });
    expect(other).toMatchObject({
      dialect: 'unparsed',
      output_preview: 'Yes.',
      input_tokens: 9,
      cost_source: 'table',
    });
    expect(other.request_raw).toEqual(request);
  });
});

describe('a request that cannot be read', () => {
  it('and an answer without usage cost something unknown, never nothing', () => {
    const request = Buffer.from(JSON.stringify(REQUEST)).subarray(0, -4);
    for (const each of [{ request, response: STREAM.slice(0, 200) }, { request }, { request: undefined }]) {
      expect(readStream(each.response ?? '', each)).toMatchObject({
        cost_source: 'unknown',
        usage: {},
        input_tokens: 0,
      });
    }
    expect(readStream('', { request }).dialect).toBe('unparsed');
  });

  it('is one in an encoding that nobody knows', () => {
    const row = read({ request: REQUEST, requestHeaders: { 'content-encoding': 'snappy' } });
    expect([row.dialect, row.input]).toEqual(['unparsed', []]);
  });
});

describe('the bytes of the stock SDK', () => {
  let upstream: Upstream;
  beforeAll(async () => {
    upstream = await startUpstream();
  });
  afterAll(() => upstream.stop());

  const tools = [
    {
      type: 'function' as const,
      function: {
        name: 'look_up',
        parameters: { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] },
      },
    },
  ];

  const withoutIds = (output: unknown): unknown =>
    JSON.parse(JSON.stringify(output, (key, value: unknown) => (key === 'id' ? undefined : value)));

  /** The row of the newest exchange, as the gateway would have posted it. */
  async function captured({ exchanges }: ReturnType<typeof createRecordingClient>) {
    const exchange = exchanges.at(-1);
    const request = upstream.requests.at(-1);
    if (!exchange || !request) throw new Error('nothing was sent');
    const span = gatewaySpan({
      path: request.path,
      request: request.body,
      response: await exchange.bytes,
      status: exchange.status,
      responseHeaders: { 'content-type': exchange.headers.get('content-type') ?? '' },
    });
    return toRead(normaliseGatewaySpan(span, { writer: 'w', received_at: Date.now() }));
  }

  it('are read alike, whole or streamed', async () => {
    const recording = createRecordingClient({ baseURL: upstream.url, apiKey: 'sk-test' });
    const { client } = recording;
    const ask = {
      model: 'gpt-4o-mini',
      messages: [{ role: 'user' as const, content: 'こんにちは "x" \\u3042' }],
    };
    const rows = [];
    for (const extra of [{}, { tools }]) {
      await client.chat.completions.create({ ...ask, ...extra });
      const whole = await captured(recording);
      const stream = await client.chat.completions.create({
        ...ask,
        ...extra,
        stream: true,
        stream_options: { include_usage: true },
      });
      for await (const _ of stream);
      const streamed = await captured(recording);
      expect(withoutIds(streamed.output)).toEqual(withoutIds(whole.output));
      expect([streamed.input, streamed.usage, streamed.cost_total]).toEqual([
        whole.input,
        whole.usage,
        whole.cost_total,
      ]);
      rows.push(whole);
    }
    expect(rows[0]?.input_preview).toBe('こんにちは "x" \\u3042');
    expect(rows[0]?.output[0]?.parts[0]?.type).toBe('text');
    expect(rows[1]?.output[0]?.parts[0]).toMatchObject({
      type: 'tool_call',
      name: 'look_up',
      arguments: { q: expect.any(String) },
    });
    expect(rows.every((row) => row.cost_source === 'table' && row.cost_total > 0n)).toBe(true);
  });

  it('are read alike for responses, completions and embeddings', async () => {
    const recording = createRecordingClient({ baseURL: upstream.url, apiKey: 'sk-test' });
    const { client } = recording;
    const ask = { model: 'gpt-4o-mini', input: 'Hello' };
    await client.responses.create(ask);
    const whole = await captured(recording);
    for await (const _ of await client.responses.create({ ...ask, stream: true }));
    const streamed = await captured(recording);
    expect(streamed).toMatchObject({
      output: whole.output,
      usage: whole.usage,
      dialect: 'openai.responses',
      finish_reasons: ['completed'],
    });
    await client.completions.create({ model: 'gpt-4o-mini', prompt: 'Hello' });
    expect(await captured(recording)).toMatchObject({
      dialect: 'openai.completions',
      input_preview: 'Hello',
      span_type: 'llm',
    });
    const vectors = { model: 'text-embedding-3-small', input: ['a', 'b'] };
    await client.embeddings.create(vectors);
    const base64 = await captured(recording);
    await client.embeddings.create({ ...vectors, encoding_format: 'float' });
    const float = await captured(recording);
    for (const row of [base64, float]) {
      expect(row).toMatchObject({
        span_type: 'embedding',
        output_preview: expect.stringMatching(/^2 × \d+$/),
        input_preview: 'a b',
        cost_source: 'table',
        output_tokens: 0,
      });
    }
  });
});
