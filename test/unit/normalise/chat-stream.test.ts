/** Chat Completions as event streams: deltas put together, whatever is missing. */
import { describe, expect, it } from 'vitest';
import { chunk, HEAD, piece, USAGE, type Delta } from './chat-answers.ts';
import { call, readStream, text } from './span.ts';

describe('a streamed chat answer', () => {
  const FINAL = [chunk({}, { finish_reason: 'stop' }), { ...chunk({}), choices: [], usage: USAGE }, '[DONE]'];

  it('is put together from its deltas, padding left out', () => {
    const deltas = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: '関' }),
      chunk({ content: '所' }),
    ];
    const row = readStream([...deltas, ...FINAL]);
    expect(row.output).toEqual([{ role: 'assistant', parts: [text('関所')], finish_reason: 'stop' }]);
    expect(row).toMatchObject({
      input_tokens: 100,
      output_tokens: 40,
      response_id: HEAD.id,
      cost_source: 'table',
    });
    expect(row.output_messages + row.search_text).not.toContain('aBcDeF');
  });

  it('joins the arguments of parallel tool calls whose deltas are mixed', () => {
    const row = readStream([
      chunk(piece(1, { id: 'b', name: 'second' })),
      chunk(piece(0, { id: 'a', name: 'first' })),
      chunk(piece(0, { args: '{"x"' })),
      chunk(piece(1, { args: '{"y":"' })),
      chunk(piece(0, { args: ':1}' })),
      chunk(piece(1, { args: '関"}' })),
      ...FINAL,
    ]);
    expect(row.output[0]?.parts).toEqual([call('a', 'first', { x: 1 }), call('b', 'second', { y: '関' })]);
  });

  it('tells apart tool calls that come whole and without an index', () => {
    const whole = (id: string, name: string): Delta =>
      ({ tool_calls: [{ id, type: 'function', function: { name, arguments: '{}' } }] }) as unknown as Delta;
    const row = readStream([chunk(whole('a', 'first')), chunk(whole('b', 'second')), ...FINAL]);
    expect(row.output[0]?.parts).toEqual([call('a', 'first', {}), call('b', 'second', {})]);
  });

  it('keeps custom tools, legacy functions, reasoning, refusal and speech', () => {
    const custom = (id: string | undefined, input: string): Delta =>
      ({
        tool_calls: [
          { index: 0, ...(id && { id, type: 'custom' }), custom: { ...(id && { name: 'sql' }), input } },
        ],
      }) as unknown as Delta;
    const row = readStream([
      chunk({ reasoning_content: 'Th' }),
      chunk({ reasoning_content: 'ink' }),
      chunk({ refusal: 'N' }),
      chunk({ refusal: 'o' }),
      chunk(custom('c', 'select')),
      chunk(custom(undefined, ' 1')),
      chunk({ function_call: { name: 'old' } }),
      chunk({ function_call: { arguments: '{"a"' } }),
      chunk({ function_call: { arguments: ':1}' } }),
      chunk({ audio: { id: 'audio_1', transcript: 'Hel' } }),
      chunk({ audio: { transcript: 'lo', data: 'AAEC' } }),
      ...FINAL,
    ]);
    expect(row.output[0]?.parts).toEqual([
      { type: 'reasoning', content: 'Think' },
      text('Hello'),
      { type: 'blob', modality: 'audio', bytes: 3 },
      { type: 'refusal', content: 'No' },
      call('c', 'sql', 'select 1'),
      { type: 'tool_call', name: 'old', arguments: { a: 1 } },
    ]);
  });

  it('keeps the choices of n=2 apart', () => {
    const row = readStream([
      chunk({ content: 'b' }, { index: 1 }),
      chunk({ content: 'a' }),
      chunk({ content: 'B' }, { index: 1 }),
      chunk(
        {},
        {
          index: 1,
          finish_reason: 'length',
        },
      ),
      chunk({}, { finish_reason: 'stop' }),
      '[DONE]',
    ]);
    expect(row.output.map(({ parts }) => parts)).toEqual([[text('a')], [text('bB')]]);
    expect(row.finish_reasons).toEqual(['stop', 'length']);
  });

  it('takes id and model from the first event that has them', () => {
    const blank = { id: '', object: '', created: 0, model: '', choices: [], prompt_filter_results: [] };
    expect(readStream([blank, chunk({ content: 'a' }), ...FINAL])).toMatchObject({
      response_id: HEAD.id,
      response_model: HEAD.model,
    });
  });

  it('that breaks with an error event is an error, with what came before', () => {
    const error = { message: 'The server had an error', type: 'server_error', param: null, code: null };
    const row = readStream([chunk({ content: 'Half' }), { error }]);
    expect(row).toMatchObject({
      status: 'error',
      error_type: 'server_error',
      output_preview: 'Half',
      cost_source: 'estimated',
    });
    const nothing = readStream([{ error }]);
    expect(nothing).toMatchObject({
      status: 'error',
      output_preview: 'The server had an error',
      cost_total: 0n,
    });
  });

  it('without an end has what came, its usage estimated', () => {
    const row = readStream([chunk({ content: 'Hello there' })], { outcome: 'interrupted' });
    expect(row).toMatchObject({
      status: 'interrupted',
      output_preview: 'Hello there',
      cost_source: 'estimated',
      output_tokens: 2,
    });
    expect(row.input_tokens).toBe(1 + 3 + 3);
  });
});
