/** Tokens and money of one call, by kind. */
export type UsageRow = {
  kind: string;
  /** Counted within the kind above it. */
  isPart: boolean;
  tokens: number | undefined;
  usd: string | undefined;
};

const ORDER = ['input', 'cache_read', 'cache_write', 'input_audio', 'output', 'reasoning', 'output_audio'];
const place = (kind: string): number => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
const WHOLES = new Set(['input', 'output']);

/** One row per kind that has tokens or a cost; the parts of input and of output below them. */
export function toUsageRows(usage: Record<string, number>, costs: Record<string, string>): UsageRow[] {
  // The counts are named `input_tokens`, the costs `input`.
  const tokens = new Map(Object.entries(usage).map(([key, count]) => [key.replace(/_tokens$/, ''), count]));
  const kinds = [...new Set([...tokens.keys(), ...Object.keys(costs)])];
  return kinds
    .toSorted((a, b) => place(a) - place(b))
    .map((kind) => ({
      kind,
      isPart: ORDER.includes(kind) && !WHOLES.has(kind),
      tokens: tokens.get(kind),
      usd: costs[kind],
    }));
}

/** Output tokens per second of receiving; undefined where that says nothing. */
export function findTokensPerSecond(call: {
  stream: boolean;
  duration_ms: number;
  ttft_ms: number;
  output_tokens: number;
}): string | undefined {
  const receiving = call.duration_ms - call.ttft_ms;
  if (!call.stream || call.ttft_ms < 0 || receiving <= 0 || call.output_tokens === 0) return undefined;
  const rate = call.output_tokens / (receiving / 1000);
  return rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
}
