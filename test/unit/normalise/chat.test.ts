/** Chat Completions answered whole, as OpenAI and hosts like it send them. */
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { completion, HEAD, USAGE } from './chat-answers.ts';
import { call, read, text } from './span.ts';

describe('a whole chat answer', () => {
  it('becomes messages, tokens and names', () => {
    const row = read({
      request: {
        model: 'gpt-4o-mini',
        messages: [
          { role: 'developer', content: 'Be short.' },
          { role: 'user', content: [{ type: 'text', text: 'Weather?' }], name: 'ann' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'w', arguments: '{"c":"Ōsaka"}' } }],
          },
          { role: 'tool', tool_call_id: 'c1', content: '21 °C' },
        ] satisfies OpenAI.Chat.ChatCompletionMessageParam[],
      },
      response: completion({ content: 'Mild.' }, { usage: USAGE }),
    });
    expect(row.input).toEqual([
      { role: 'developer', parts: [text('Be short.')] },
      { role: 'user', name: 'ann', parts: [text('Weather?')] },
      { role: 'assistant', parts: [call('c1', 'w', { c: 'Ōsaka' })] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: '21 °C' }] },
    ]);
    expect(row.output).toEqual([{ role: 'assistant', parts: [text('Mild.')], finish_reason: 'stop' }]);
    expect(row).toMatchObject({
      dialect: 'openai.chat',
      span_type: 'llm',
      counted: true,
      status: 'ok',
      error_type: '',
      request_model: 'gpt-4o-mini',
      response_model: HEAD.model,
      response_id: HEAD.id,
      input_tokens: 100,
      output_tokens: 40,
      finish_reasons: ['stop'],
      duration_ms: 120,
      ttft_ms: -1,
      usage: {
        input_tokens: 100,
        output_tokens: 40,
        cache_read_tokens: 60,
        reasoning_tokens: 30,
        input_audio_tokens: 5,
        output_audio_tokens: 2,
      },
      input_preview: '21 °C',
      output_preview: 'Mild.',
      search_text: '21 °C\nMild.',
    });
  });

  it('has refusal, reasoning, legacy function, custom tool and speech as parts of their own', () => {
    const row = read({
      response: completion(
        {
          refusal: 'No.',
          function_call: { name: 'old', arguments: '{"a":1}' },
          tool_calls: [{ id: 'c9', type: 'custom', custom: { name: 'sql', input: 'select 1' } }],
          audio: { id: 'audio_1', data: 'AAECAw==', expires_at: 1, transcript: 'Said aloud' },
          ...({ reasoning_content: 'Thinking' } as object),
        },
        { usage: USAGE },
      ),
    });
    expect(row.output[0]?.parts).toEqual([
      { type: 'reasoning', content: 'Thinking' },
      text('Said aloud'),
      { type: 'blob', modality: 'audio', bytes: 4 },
      { type: 'refusal', content: 'No.' },
      call('c9', 'sql', 'select 1'),
      { type: 'tool_call', name: 'old', arguments: { a: 1 } },
    ]);
  });

  it('keeps every choice, and arguments that are no JSON as text', () => {
    const message = { role: 'assistant' as const, content: null, refusal: null };
    const cut = {
      ...message,
      tool_calls: [{ id: 'x', type: 'function' as const, function: { name: 'f', arguments: '{"a' } }],
    };
    const row = read({
      response: completion(
        {},
        {
          choices: [
            { index: 0, message: { ...message, content: 'one' }, finish_reason: 'stop', logprobs: null },
            { index: 1, message: cut, finish_reason: 'length', logprobs: null },
          ],
        },
      ),
    });
    expect(row.output.map(({ parts }) => parts)).toEqual([[text('one')], [call('x', 'f', '{"a')]]);
    expect(row.finish_reasons).toEqual(['stop', 'length']);
  });

  it('is an error where the upstream says so, also under status 200', () => {
    const error = { message: 'Model is overloaded', type: 'server_error', param: null, code: 'slow_down' };
    for (const status of [200, 503]) {
      const row = read({
        request: { model: 'gpt-4o-mini' },
        response: { error },
        status,
        outcome: status === 200 ? 'ok' : 'error',
      });
      expect(row).toMatchObject({
        status: 'error',
        error_type: 'slow_down',
        output_preview: 'Model is overloaded',
      });
      expect(row.attributes['error.message']).toBe('Model is overloaded');
      expect([row.cost_total, row.cost_source, row.usage]).toEqual([0n, 'table', {}]);
    }
    const plain = read({ response: { error: 'model not found' }, status: 404, outcome: 'error' });
    expect(plain).toMatchObject({ error_type: 'error', output_preview: 'model not found' });
    expect(read({ response: { ...completion({ content: 'a' }), error: null } }).status).toBe('ok');
  });
});
