/** Single calls that stopped the collector, or could: it must answer for each, and soon. */
import { describe, expect, it } from 'vitest';
import { estimateUsage } from '../../../collector/normalise/estimate.ts';
import { PATHS, writtenBytes } from './random-spans.ts';
import { read, readStream, text } from './span.ts';

describe("what would stop everybody's calls", () => {
  it('is no text about the tokens that end a text', () => {
    const request = {
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'What is <|endoftext|> or <|im_start|>?' }],
    };
    expect(read({ request, outcome: 'cancelled' })).toMatchObject({
      dialect: 'openai.chat',
      cost_source: 'estimated',
    });
  });

  it.each(['messages', 'input', 'prompt', 'metadata'])('is no nesting without end in %s', (name) => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const body = Buffer.from(
      `{"model":"m","${name}":[{"type":"x","role":"user","content":[{"type":"x","value":${deep}}]}],"metadata":{"a":${deep}}}`,
    );
    for (const path of PATHS) {
      const row = read({ path, request: body, response: body });
      expect(row.request_raw).toBe(body);
      expect(writtenBytes(row)).toBeGreaterThan(2 * body.length);
    }
  });

  it('is no index in the billions', () => {
    const index = 4_294_967_290;
    const call = { index, id: 'c', function: { name: 'f', arguments: '{}' } };
    const started = performance.now();
    const chat = readStream([{ id: 'x', choices: [{ index, delta: { tool_calls: [call] } }] }]);
    const completion = readStream([{ choices: [{ index, text: 'a', finish_reason: 'stop' }] }], {
      path: '/v1/completions',
    });
    const item = { type: 'message', content: [] };
    const responses = readStream(
      [
        { type: 'response.output_item.added', output_index: index, item },
        { type: 'response.output_text.delta', output_index: index, content_index: index, delta: 'a' },
      ],
      { path: '/v1/responses' },
    );
    expect([chat, completion, responses].map((row) => row.output.length)).toEqual([1, 1, 1]);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('is no count that no number can hold', () => {
    const usage = { prompt_tokens: 1e308, completion_tokens: 1e308 };
    const row = read({
      request: { model: 'gpt-4o-mini' },
      response: { model: 'gpt-4o-mini', choices: [], usage },
    });
    expect(row.cost_total).toBeGreaterThan(10n ** 18n);
    expect(writtenBytes(row)).toBeGreaterThan(200);
  });

  it.each([['a'], ['関'], [' '], ['!'], ['a1'], ['\u0301'], ['🏯']])(
    'is no endless run of %j to be counted',
    (unit) => {
      const message = { role: 'user', parts: [text(unit.repeat(200_000 / unit.length))] };
      const started = performance.now();
      const { input_tokens = 0 } = estimateUsage([message], []);
      expect(performance.now() - started).toBeLessThan(3000);
      expect(input_tokens).toBeGreaterThan(500);
    },
  );
});
