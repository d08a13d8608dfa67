/**
 * What a call cost: token counts times the price table of `@pydantic/genai-prices` (its version is pinned in
 * package.json), by provider, model and date. No price is `unknown`, never 0.
 */
import { calcPrice } from '@pydantic/genai-prices';
import type { COST_SOURCES } from '../record/span.ts';
import type { Usage } from '../normalise/parsed.ts';

/** USD in units of 10^-12. */
const UNITS_PER_USD = 1e12;

export type Cost = { total: bigint; kinds: Record<string, bigint>; source: (typeof COST_SOURCES)[number] };

export const UNKNOWN_COST: Cost = { total: 0n, kinds: {}, source: 'unknown' };
export const NO_COST: Cost = { total: 0n, kinds: {}, source: 'table' };

/** OpenTelemetry's provider names to the table's; others are looked up by the model's name alone. */
const TABLE_PROVIDER = new Map(
  Object.entries({
    openai: 'openai',
    // The simulation answers under OpenAI's names, so that costs can be seen before a provider is there.
    demo: 'openai',
    anthropic: 'anthropic',
    'azure.ai.openai': 'azure',
    'gcp.gemini': 'google',
    mistral_ai: 'mistral',
    groq: 'groq',
    deepseek: 'deepseek',
    x_ai: 'x-ai',
  }),
);

/** Far more than a column holds, and still a number: what an upstream says it used may be anything. */
const MAX_USD = 1e9;

const toUnits = (usd: number): bigint => BigInt(Math.round(Math.min(usd, MAX_USD) * UNITS_PER_USD));

function find(usage: Usage, model: string, providerId: string | undefined, at: Date) {
  // A kind that did not occur is not asked for: an embedding model has no price for output.
  const { reasoning_tokens: _inOutput, ...priced } = usage;
  try {
    return calcPrice(priced, model, { timestamp: at, ...(providerId ? { providerId } : {}) });
  } catch {
    return null; // counts that contradict each other, or a table that does not price one of them
  }
}

/** Cost of `usage` at `at`. `models` in order of preference (what answered, what was asked for). */
export function priceOf(
  usage: Usage,
  provider: string,
  models: readonly string[],
  at: Date,
  isEstimated: boolean,
): Cost {
  for (const model of models) {
    if (model === '') continue;
    // An OpenAI-compatible host may serve anybody's models, so the name alone is tried as well.
    const price = find(usage, model, TABLE_PROVIDER.get(provider), at) ?? find(usage, model, undefined, at);
    if (!price) continue;
    const kinds = { input: toUnits(price.input_price), output: toUnits(price.output_price) };
    return { total: toUnits(price.total_price), kinds, source: isEstimated ? 'estimated' : 'table' };
  }
  return UNKNOWN_COST;
}
