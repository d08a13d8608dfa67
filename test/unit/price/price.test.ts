/** Money: what is in the table to the last digit, what is not as unknown. Prices per million tokens as published. */
import { describe, expect, it } from 'vitest';
import { priceOf } from '../../../collector/price/price.ts';
import { read, type Exchange } from '../normalise/span.ts';

const AT = new Date(Date.UTC(2026, 10, 20));
/** A dollar per million tokens is 1,000,000 units of 10^-12 dollars per token. */
const PER_TOKEN = 1_000_000;
const units = (...parts: [tokens: number, perMillion: number][]): bigint =>
  BigInt(Math.round(parts.reduce((sum, [tokens, price]) => sum + tokens * price * PER_TOKEN, 0)));

const price = (usage: Parameters<typeof priceOf>[0], model: string, provider = 'openai') =>
  priceOf(usage, provider, [model], AT, false);

describe('a model of the table', () => {
  it.each([
    ['gpt-4o-mini', 'openai', 0.15, 0.6],
    ['gpt-4o', 'openai', 2.5, 10],
    ['gpt-4.1-nano', 'openai', 0.1, 0.4],
    ['gpt-5', 'openai', 1.25, 10],
    ['gpt-5-mini', 'openai', 0.25, 2],
    ['gpt-4o-mini-2024-07-18', 'openai', 0.15, 0.6],
    ['claude-3-5-haiku-latest', 'anthropic', 0.8, 4],
  ])('%s of %s costs $%d in and $%d out', (model, provider, input, output) => {
    const cost = price({ input_tokens: 1234, output_tokens: 567 }, model, provider);
    expect(cost).toEqual({
      total: units([1234, input], [567, output]),
      kinds: { input: units([1234, input]), output: units([567, output]) },
      source: 'table',
    });
  });

  it.each([
    ['gpt-4o-mini', 0.15, 0.075],
    ['gpt-4o', 2.5, 1.25],
    ['gpt-5', 1.25, 0.125],
  ])('%s: what was cached costs its own price, and is in the input already', (model, input, cached) => {
    const cost = price({ input_tokens: 1000, cache_read_tokens: 600 }, model);
    expect(cost.total).toBe(units([400, input], [600, cached]));
  });

  it('prices what was written to a cache, and reasoning as the output it is', () => {
    const usage = { input_tokens: 1000, cache_read_tokens: 300, cache_write_tokens: 200, output_tokens: 10 };
    expect(price(usage, 'claude-3-5-haiku-latest', 'anthropic').total).toBe(
      units([500, 0.8], [300, 0.08], [200, 1], [10, 4]),
    );
    const thinking = { input_tokens: 0, output_tokens: 100, reasoning_tokens: 90 };
    expect(price(thinking, 'gpt-5').total).toBe(units([100, 10]));
  });

  it('that embeds is priced without output', () => {
    expect(price({ input_tokens: 12_345 }, 'text-embedding-3-small')).toEqual({
      total: units([12_345, 0.02]),
      kinds: { input: units([12_345, 0.02]), output: 0n },
      source: 'table',
    });
  });
});

describe('which price', () => {
  const usage = { input_tokens: 1000, output_tokens: 100 };

  it('is the one of what answered, else of what was asked for', () => {
    const both = priceOf(usage, 'openai', ['gpt-4o', 'gpt-4o-mini'], AT, false);
    expect(both).toEqual(price(usage, 'gpt-4o'));
    for (const first of ['', 'my-finetune-of-nothing']) {
      expect(priceOf(usage, 'openai', [first, 'gpt-4o-mini'], AT, false)).toEqual(
        price(usage, 'gpt-4o-mini'),
      );
    }
  });

  it("is OpenAI's for the simulation, and goes by the name alone at a host nobody knows", () => {
    expect(price(usage, 'gpt-4o-mini', 'demo')).toEqual(price(usage, 'gpt-4o-mini'));
    for (const provider of ['', 'my-company', 'constructor', '__proto__', 'toString'])
      expect(price(usage, 'gpt-4o-mini', provider)).toEqual(price(usage, 'gpt-4o-mini'));
  });

  it.each(['no-such-model', '', '__proto__', 'constructor', 'gpt', '\u0000', 'x'.repeat(10_000)])(
    'is unknown for %j, which is not nothing',
    (model) => {
      for (const provider of ['openai', 'demo', 'nobody']) {
        expect(price(usage, model, provider)).toEqual({ total: 0n, kinds: {}, source: 'unknown' });
      }
    },
  );

  it('is unknown where the counts contradict each other', () => {
    expect(price({ input_tokens: 10, cache_read_tokens: 600 }, 'gpt-4o-mini').source).toBe('unknown');
  });

  it('is estimated where the tokens are', () => {
    const estimated = priceOf(usage, 'openai', ['gpt-4o-mini'], AT, true);
    expect(estimated).toEqual({ ...price(usage, 'gpt-4o-mini'), source: 'estimated' });
    expect(priceOf(usage, 'openai', ['no-such-model'], AT, true).source).toBe('unknown');
  });

  it('is a number, however large the counts', () => {
    const cost = price({ input_tokens: 1e308, output_tokens: 1e308 }, 'gpt-4o-mini');
    expect([typeof cost.total, cost.total > 10n ** 18n, cost.source]).toEqual(['bigint', true, 'table']);
  });
});

describe('what a call costs', () => {
  const request = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] };
  const choices = [{ index: 0, message: { role: 'assistant', content: 'Yes' } }];
  const usage = {
    prompt_tokens: 1000,
    completion_tokens: 100,
    prompt_tokens_details: { cached_tokens: 600 },
  };
  const cost = (exchange: Exchange) => {
    const { cost_total, cost_source, costs } = read({ request, ...exchange });
    return { cost_total, cost_source, costs };
  };

  it('is in its row, by kind', () => {
    expect(cost({ response: { choices, usage } })).toEqual({
      cost_total: units([400, 0.15], [600, 0.075], [100, 0.6]),
      cost_source: 'table',
      costs: { input: units([400, 0.15], [600, 0.075]), output: units([100, 0.6]) },
    });
  });

  it('is estimated from the text where the upstream does not say', () => {
    // One token each, and what OpenAI adds: three per message, three before the answer.
    expect(cost({ response: { choices } })).toMatchObject({
      cost_total: units([7, 0.15], [1, 0.6]),
      cost_source: 'estimated',
    });
  });

  it('is nothing for a call that was refused or never answered', () => {
    const nothing = { cost_total: 0n, cost_source: 'table', costs: {} };
    const error = { error: { message: 'No', code: 'invalid_api_key' } };
    for (const status of [400, 401, 404, 429, 500, 503]) {
      expect(cost({ response: error, status, outcome: 'error' })).toEqual(nothing);
    }
    expect(cost({ status: 0, outcome: 'error' })).toEqual(nothing);
    expect(cost({ response: error, status: 200 })).toEqual(nothing);
    expect(cost({ method: 'GET', path: '/v1/models' })).toEqual(nothing);
  });

  it('is what a failed call used all the same, if it says so', () => {
    expect(cost({ response: { error: { code: 'x' }, usage }, status: 500, outcome: 'error' })).toMatchObject({
      cost_source: 'table',
      costs: { output: units([100, 0.6]) },
    });
  });

  it('is unknown for what nobody measures, a picture for one', () => {
    expect(cost({ path: '/v1/images/generations', response: { data: [] } }).cost_source).toBe('unknown');
  });
});
