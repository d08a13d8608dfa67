/** The Responses API: input of all kinds, whole answers, event streams, and streams that end too early. */
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { call, read, readStream, sse, text } from './span.ts';

type Item = OpenAI.Responses.ResponseOutputItem;
const path = '/v1/responses';

const USAGE = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 40, cache_write_tokens: 20 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 30 },
  total_tokens: 150,
};
const said = (words: string): Item => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: words, annotations: [] }],
});
const reasoned: Item = {
  id: 'rs_1',
  type: 'reasoning',
  summary: [{ type: 'summary_text', text: 'Because.' }],
};
const called: Item = {
  id: 'fc_1',
  type: 'function_call',
  call_id: 'call_1',
  name: 'look',
  arguments: '{"q":"関"}',
  status: 'completed',
};

const response = (output: unknown[], more: object = {}) => ({
  id: 'resp_1',
  object: 'response',
  model: 'gpt-5',
  status: 'completed',
  error: null,
  incomplete_details: null,
  output,
  usage: USAGE,
  ...more,
});
const stream = (events: readonly object[], outcome = 'ok') =>
  readStream(sse(events), { path, outcome, request: { model: 'gpt-5', input: 'Hi' } });

describe('what is asked', () => {
  it('may be a string under instructions', () => {
    const row = read({
      path,
      request: { model: 'gpt-5', instructions: 'Be kind.', input: 'Hi' },
      response: response([said('Hello')]),
    });
    expect(row.input).toEqual([
      { role: 'system', parts: [text('Be kind.')] },
      { role: 'user', parts: [text('Hi')] },
    ]);
    expect(row).toMatchObject({ input_preview: 'Hi', output_preview: 'Hello', dialect: 'openai.responses' });
  });

  it('may be items: messages, reasoning, calls and what they gave', () => {
    const input = [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look' },
          { type: 'input_image', image_url: 'https://x.test/a.png', detail: 'auto' },
        ],
      },
      { ...reasoned, encrypted_content: 'x' },
      called,
      { type: 'function_call_output', call_id: 'call_1', output: '3 found' },
      { type: 'item_reference', id: 'msg_0' },
    ];
    const row = read({ path, request: { input }, response: response([]) });
    expect(row.input).toEqual([
      {
        role: 'user',
        parts: [text('Look'), { type: 'uri', modality: 'image', uri: 'https://x.test/a.png' }],
      },
      {
        role: 'assistant',
        parts: [{ type: 'reasoning', content: 'Because.' }, call('call_1', 'look', { q: '関' })],
      },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: '3 found' }] },
      { role: 'user', parts: [{ type: 'generic', value: { type: 'item_reference', id: 'msg_0' } }] },
    ]);
    expect(row.input_preview).toContain('3 found');
  });
});

describe('a whole answer', () => {
  it('is one message of reasoning, calls and text, with its tokens by kind', () => {
    const row = read({ path, response: response([reasoned, called, said('Done')]) });
    expect(row.output).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'Because.' },
          call('call_1', 'look', { q: '関' }),
          text('Done'),
        ],
      },
    ]);
    expect(row.usage).toEqual({
      input_tokens: 100,
      output_tokens: 50,
      cache_read_tokens: 40,
      cache_write_tokens: 20,
      reasoning_tokens: 30,
    });
    expect(row).toMatchObject({
      response_id: 'resp_1',
      response_model: 'gpt-5',
      finish_reasons: ['completed'],
      output_preview: 'look({"q":"関"}) Done',
    });
  });

  it('names tools that ran at the provider, pictures by their size alone', () => {
    const search = {
      id: 'ws_1',
      type: 'web_search_call',
      status: 'completed',
      action: { type: 'search', query: 'q' },
    };
    const picture = {
      id: 'ig_1',
      type: 'image_generation_call',
      status: 'completed',
      output_format: 'webp',
      result: 'QUJD'.repeat(1000),
    };
    const row = read({
      path,
      response: response([
        search,
        picture,
        { type: 'custom_tool_call', call_id: 'k', name: 'sql', input: 'select' },
      ]),
    });
    expect(row.output[0]?.parts).toEqual([
      call('ws_1', 'web_search', search),
      call('ig_1', 'image_generation', {
        id: 'ig_1',
        type: picture.type,
        status: 'completed',
        output_format: 'webp',
      }),
      { type: 'blob', modality: 'image', mime_type: 'image/webp', bytes: 3000 },
      call('k', 'sql', 'select'),
    ]);
    expect(row.output_messages + row.search_text).not.toContain('QUJDQUJD');
  });

  it('that failed or stopped short says why', () => {
    const error = { code: 'rate_limit_exceeded', message: 'Slow down' };
    expect(read({ path, response: response([], { status: 'failed', error, usage: null }) })).toMatchObject({
      status: 'error',
      error_type: 'rate_limit_exceeded',
      finish_reasons: ['failed'],
      output_preview: 'Slow down',
      cost_total: 0n,
      cost_source: 'table',
    });
    const short = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    expect(read({ path, response: response([said('Ha')], short) })).toMatchObject({
      status: 'ok',
      finish_reasons: ['max_output_tokens'],
    });
  });
});

describe('an event stream', () => {
  const created = {
    type: 'response.created',
    sequence_number: 0,
    response: response([], { status: 'in_progress', usage: null }),
  };
  const keepalive = { type: 'keepalive', sequence_number: 3 };
  const added = (output_index: number, item: object) => ({
    type: 'response.output_item.added',
    output_index,
    item,
  });
  const delta = (type: string, output_index: number, given: object) => ({
    type,
    output_index,
    item_id: 'x',
    obfuscation: 'zzz',
    ...given,
  });

  it.each(['completed', 'incomplete', 'failed'])('is read from its last event: %s', (status) => {
    const error = status === 'failed' ? { code: 'server_error', message: 'Oops' } : null;
    const final = { type: `response.${status}`, response: response([said('All of it')], { status, error }) };
    const early = [
      added(0, { type: 'message', content: [] }),
      delta('response.output_text.delta', 0, { content_index: 0, delta: 'All' }),
    ];
    const row = stream([created, keepalive, ...early, final]);
    expect(row.output).toEqual([{ role: 'assistant', parts: [text('All of it')] }]);
    expect(row).toMatchObject({
      status: status === 'failed' ? 'error' : 'ok',
      finish_reasons: [status],
      input_tokens: 100,
      response_model: 'gpt-5',
    });
  });

  it('that ends too early is put together from its deltas', () => {
    const row = stream(
      [
        created,
        added(0, { type: 'reasoning', summary: [] }),
        ...['Be', 'cause'].map((each) =>
          delta('response.reasoning_summary_text.delta', 0, { summary_index: 0, delta: each }),
        ),
        added(2, { type: 'function_call', call_id: 'c', name: 'look', arguments: '' }),
        ...['{"q":', '"関"}'].map((each) =>
          delta('response.function_call_arguments.delta', 2, { delta: each }),
        ),
        added(1, { type: 'message', role: 'assistant', content: [] }),
        delta('response.output_text.delta', 1, { content_index: 0, delta: 'First' }),
        delta('response.output_text.delta', 1, { content_index: 1, delta: 'Sec' }),
        delta('response.output_text.delta', 1, { content_index: 1, delta: 'ond' }),
        delta('response.refusal.delta', 1, { content_index: 2, delta: 'No' }),
        added(3, { type: 'custom_tool_call', call_id: 'k', name: 'sql', input: '' }),
        delta('response.custom_tool_call_input.delta', 3, { delta: 'select 1' }),
      ],
      'interrupted',
    );
    expect(row.output).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'Because' },
          text('First'),
          text('Second'),
          { type: 'refusal', content: 'No' },
          call('c', 'look', { q: '関' }),
          call('k', 'sql', 'select 1'),
        ],
      },
    ]);
    expect(row).toMatchObject({
      status: 'interrupted',
      cost_source: 'estimated',
      response_id: 'resp_1',
      finish_reasons: [],
    });
    expect(row.output_tokens).toBeGreaterThan(5);
  });

  it('takes a finished item for what its deltas said, and text without an item as a message', () => {
    const done = { type: 'response.output_item.done', output_index: 0, item: said('Whole') };
    const row = stream(
      [
        added(0, { type: 'message', content: [] }),
        delta('response.output_text.delta', 0, { content_index: 0, delta: 'Who' }),
        done,
      ],
      'cancelled',
    );
    expect(row.output[0]?.parts).toEqual([text('Whole')]);
    const bare = stream(
      [delta('response.output_text.delta', 0, { content_index: 0, delta: 'Bare' })],
      'cancelled',
    );
    expect(bare.output).toEqual([{ role: 'assistant', parts: [text('Bare')] }]);
  });

  it('with an error event is an error', () => {
    const row = stream([
      created,
      { type: 'error', code: 'server_error', message: 'Broke', param: null, sequence_number: 2 },
    ]);
    expect(row).toMatchObject({ status: 'error', error_type: 'server_error', output_preview: 'Broke' });
  });
});
