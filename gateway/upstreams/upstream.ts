/** Where calls go: one origin with a connection pool. Upstreams come from configuration only, never from a request. */
import { Pool } from 'undici';

/** Longest silence before headers, and between two pieces of a body: OpenAI's SDKs give up after ten minutes. */
const TIMEOUT_MS = 900_000;
const CONNECT_TIMEOUT_MS = 10_000;

export type Upstream = {
  /** `demo`, or the host: what a recorded call shows. */
  name: string;
  /** OpenTelemetry's gen_ai.provider.name. */
  provider: string;
  origin: string;
  /** What stands before the path from /v1 on is replaced by this: the path of the base URL. */
  basePath: string;
  /** host:port */
  server: string;
  /** `Bearer ...` of our own key for it, if there is one. */
  authorization: string | undefined;
  pool: Pool;
  /** Set once it refused `stream_options`: then nothing is injected for a while. */
  refusesUsageUntil: number;
};

const PROVIDERS: readonly [RegExp, string][] = [
  [/(^|\.)openai\.com$/, 'openai'],
  [/\.openai\.azure\.com$/, 'azure.ai.openai'],
  [/(^|\.)anthropic\.com$/, 'anthropic'],
  [/(^|\.)googleapis\.com$/, 'gcp.gemini'],
  [/(^|\.)mistral\.ai$/, 'mistral_ai'],
  [/(^|\.)groq\.com$/, 'groq'],
  [/(^|\.)deepseek\.com$/, 'deepseek'],
  [/(^|\.)x\.ai$/, 'x_ai'],
];

/** An upstream at `baseUrl` (as OpenAI's SDKs take it: with /v1 at its end). */
export function createUpstream(baseUrl: string, options: { name?: string; apiKey?: string } = {}): Upstream {
  const url = new URL(baseUrl);
  const isHttps = url.protocol === 'https:';
  const provider = PROVIDERS.find(([host]) => host.test(url.hostname))?.[1];
  return {
    name: options.name ?? url.host,
    // An unknown host that speaks OpenAI's API is taken at its word.
    provider: options.name === 'demo' ? 'demo' : (provider ?? 'openai'),
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    server: `${url.hostname}:${url.port || (isHttps ? 443 : 80)}`,
    authorization: options.apiKey === undefined ? undefined : `Bearer ${options.apiKey}`,
    pool: new Pool(url.origin, {
      connections: 1024,
      pipelining: 1,
      connectTimeout: CONNECT_TIMEOUT_MS,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      allowH2: false,
    }),
    refusesUsageUntil: 0,
  };
}

/** The upstream's path for a client's `path` (which begins with /v1). */
export function toUpstreamPath(upstream: Upstream, path: string, query: string): string {
  const rest = path.slice('/v1'.length);
  return `${upstream.basePath}${rest}${query === '' ? '' : `?${query}`}` || '/';
}
