/** Model names that make the demo fail or dawdle, so that trouble can be shown without a provider in trouble. */

export type Refusal = {
  status: number;
  headers: Record<string, string>;
  error: { message: string; type: string; param: string | null; code: string | null };
};

/** Models the demo lists; it also answers under any other name. */
export const DEMO_MODELS = [
  'demo-small',
  'demo-large',
  'demo-embedding',
  'demo-slow',
  'demo-error-500',
  'demo-rate-limit',
  'demo-context-length',
  'demo-cut',
] as const;

export const SLOW_MODEL = 'demo-slow';
export const CUT_MODEL = 'demo-cut';

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'demo-error-500': {
    status: 500,
    headers: {},
    error: {
      message: 'Simulated: the server had an error while processing your request.',
      type: 'server_error',
      param: null,
      code: null,
    },
  },
  'demo-rate-limit': {
    status: 429,
    headers: { 'retry-after': '1', 'x-ratelimit-remaining-requests': '0' },
    error: {
      message: 'Simulated: rate limit reached for demo-rate-limit on requests per min (RPM).',
      type: 'requests',
      param: null,
      code: 'rate_limit_exceeded',
    },
  },
  'demo-context-length': {
    status: 400,
    headers: {},
    error: {
      message: 'Simulated: this model has a maximum context length of 8192 tokens; your messages are longer.',
      type: 'invalid_request_error',
      param: 'messages',
      code: 'context_length_exceeded',
    },
  },
};

/** How the demo refuses a call for `model`, undefined where it answers. */
export function findRefusal(model: unknown): Refusal | undefined {
  return typeof model === 'string' && Object.hasOwn(REFUSALS, model) ? REFUSALS[model] : undefined;
}
