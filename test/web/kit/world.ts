/** What a stub console knows: people, calls as an app or two would make them in a day, keys, health. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { type Message, type SpanDetail, type SpanListItem } from '../../../console/contract/calls.ts';
import type { getHealth } from '../../../console/contract/health.ts';
import type { KeyItem } from '../../../console/contract/keys.ts';
import type { getOnboarding } from '../../../console/contract/onboarding.ts';
import type { getMe } from '../../../console/contract/session.ts';
import { spanListItem } from '../../../collector/record/span.ts';

type Me = z.input<typeof getMe.response>;

export const PROJECT_ID = 'proj_0193a7c2-5a10-7cc0-9f00-6b1f0c0a2e01';
const MINUTE_MS = 60_000;

export type World = {
  /** Who is signed in. */
  me: Me | undefined;
  account: Me;
  password: string;
  setupNeeded: boolean;
  setupToken: string;
  /** Newest first. */
  calls: SpanDetail[];
  keys: KeyItem[];
  health: z.input<typeof getHealth.response>;
  onboarding: Omit<z.input<typeof getOnboarding.response>, 'first_call'>;
};

/** A signed-in owner; `calls` spread over the last day, none unless asked for. */
export function createWorld(options: { calls?: number; role?: Me['role'] } = {}): World {
  const account: Me = {
    account_id: 'acc_1',
    email: 'hana@example.com',
    name: 'Hana Sato',
    role: options.role ?? 'owner',
    projects: [
      { id: PROJECT_ID, name: 'Support desk' },
      { id: 'proj_0193a7c2-5a10-7cc0-9f00-6b1f0c0a2e02', name: '社内検索' },
    ],
  };
  return {
    me: account,
    account,
    password: 'correct horse battery staple',
    setupNeeded: false,
    setupToken: 'setup-token',
    calls: Array.from({ length: options.calls ?? 0 }, (_none, index) => makeCallOfDay(index)),
    keys: createKeys(),
    health: createHealth(),
    onboarding: {
      base_url: 'http://127.0.0.1:4000/v1',
      api_key: 'sk-sekisho-4Hq2vJxY7mPzK1cWnB8tRdF3gLsE6aQoUiXh5TyC9wV0eNkA7f3b',
      passthrough_url: 'http://127.0.0.1:4000/k/it-8sKd02LmXq9vBnW4eRtYuIoP1aSdFgHjKlZxCvBnM/v1',
      upstream: 'demo',
      last_rejected: null,
    },
  };
}

/** What a list shows of a call. */
export function toListItem(call: SpanDetail): SpanListItem {
  return spanListItem.parse(call);
}

const hex = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);
const textOf = (role: string, content: string): Message => ({ role, parts: [{ type: 'text', content }] });

let made = 0;

/** One call, now; `changes` wins over everything. */
export function makeCall(
  changes: Partial<SpanDetail> & { input?: string; output?: string } = {},
): SpanDetail {
  const { input = 'Hello', output = 'Hello! How can I help?', ...rest } = changes;
  const id = `call ${made++}`;
  const request = {
    model: rest.request_model ?? 'gpt-4o-mini',
    messages: [{ role: 'user', content: input }],
  };
  const at = rest.started_at ?? new Date().toISOString();
  return {
    trace_id: hex(id, 32),
    span_id: hex(`span of ${id}`, 16),
    parent_span_id: '',
    started_at: at,
    received_at: new Date(Date.parse(at) + 2000).toISOString(),
    span_type: 'llm',
    operation: 'chat',
    name: 'chat gpt-4o-mini',
    origin: 'gateway',
    provider: 'openai',
    upstream: 'api.openai.com',
    request_model: 'gpt-4o-mini',
    response_model: 'gpt-4o-mini-2024-07-18',
    response_id: `chatcmpl-${hex(id, 12)}`,
    key_id: 'key_1',
    status: 'ok',
    http_status: 200,
    error_type: '',
    prompt_name: '',
    prompt_version: 0,
    stream: true,
    finish_reasons: ['stop'],
    duration_ms: 1240,
    ttft_ms: 318,
    input_tokens: 1840,
    output_tokens: 212,
    usage: { input_tokens: 1840, cache_read_tokens: 1024, output_tokens: 212 },
    costs: { input: '0.000199200000', output: '0.000127200000' },
    cost_total: '0.000326400000',
    cost_source: 'table',
    session_id: '',
    user_id: '',
    tags: [],
    metadata: {},
    attributes: {
      'http.request.method': 'POST',
      'url.path': '/v1/chat/completions',
      'user_agent.original': 'OpenAI/Python 3.4.0',
    },
    dialect: 'openai-chat',
    writer: 'gw-7f3a91c2',
    seq: made,
    input_preview: input,
    output_preview: output,
    input_messages: [textOf('user', input)],
    output_messages: output === '' ? [] : [{ ...textOf('assistant', output), finish_reason: 'stop' }],
    request_raw: JSON.stringify(request),
    response_raw: JSON.stringify({
      id: `chatcmpl-${hex(id, 12)}`,
      choices: [{ message: { role: 'assistant', content: output } }],
    }),
    raw_encoding: { request: 'utf-8', response: 'utf-8' },
    ...rest,
  };
}

const TALKS = [
  {
    input: 'Where is my order 88213?',
    output: 'It left our warehouse in Osaka yesterday and should reach you on Tuesday.',
    model: 'gpt-4o-mini',
  },
  {
    input: '領収書の宛名を変更したいのですが、どうすればよいですか。',
    output: 'マイページの「注文履歴」から該当の注文を開き、「領収書の宛名を変更」を選んでください。',
    model: 'gpt-4o',
  },
  {
    input: 'Summarise this ticket in two sentences for the next agent.',
    output:
      'The customer was charged twice on 12 November. A refund of the second charge is approved and waits for finance.',
    model: 'gpt-4o-mini',
  },
  {
    input: '返品できる期間を教えてください。',
    output: '商品の到着から 30 日以内であれば返品できます。未使用で、付属品がそろっていることが条件です。',
    model: 'gpt-4o-mini',
  },
  {
    input: 'Translate into German: The parcel is waiting at the post office.',
    output: 'Das Paket wartet in der Postfiliale.',
    model: 'claude-sonnet-4-5',
  },
  {
    input: 'Which plan fits a team of twelve that needs single sign-on?',
    output: 'The Team plan covers up to 25 people and includes single sign-on.',
    model: 'gpt-4o',
  },
] as const;

function makeCallOfDay(index: number): SpanDetail {
  const talk = TALKS[index % TALKS.length] ?? TALKS[0];
  const started_at = new Date(Date.now() - index * 3.1 * MINUTE_MS - 20_000).toISOString();
  const size = 1 + ((index * 37) % 11);
  const cost = (0.00012 * size).toFixed(12);
  return makeCall({
    started_at,
    input: talk.input,
    output: talk.output,
    request_model: talk.model,
    response_model: talk.model,
    duration_ms: 380 + size * 410,
    ttft_ms: index % 4 === 0 ? -1 : 120 + size * 31,
    stream: index % 4 !== 0,
    input_tokens: 160 * size,
    output_tokens: 31 * size,
    usage: { input_tokens: 160 * size, output_tokens: 31 * size },
    cost_total: cost,
    costs: { input: (0.00008 * size).toFixed(12), output: (0.00004 * size).toFixed(12) },
    session_id: `sess-${1000 + (index % 23)}`,
    user_id: `user-${40 + (index % 9)}`,
    ...oddity(index),
  });
}

function oddity(index: number): Partial<SpanDetail> & { output?: string } {
  if (index % 17 === 5) return RATE_LIMITED;
  if (index % 29 === 11)
    return { status: 'cancelled', error_type: 'client_disconnected', output: 'It left our ware' };
  if (index % 41 === 20)
    return {
      request_model: 'acme-7b-instruct',
      response_model: 'acme-7b-instruct',
      cost_source: 'unknown',
      cost_total: '0',
      costs: {},
    };
  if (index % 53 === 30) return { status: 'interrupted', error_type: 'interrupted', output: 'The Team plan' };
  return {};
}

const RATE_LIMITED: Partial<SpanDetail> & { output?: string } = {
  status: 'error',
  http_status: 429,
  error_type: '429',
  output: '',
  output_tokens: 0,
  input_tokens: 0,
  usage: {},
  costs: {},
  cost_total: '0',
  ttft_ms: -1,
  response_raw:
    '{"error":{"message":"Rate limit reached for gpt-4o-mini: limit 500 requests per minute.","type":"requests","param":null,"code":"rate_limit_exceeded"}}',
};

function createKeys(): KeyItem[] {
  const base = { status: 'active' as const, expires_at: null, created_at: '2026-11-20T09:12:00.000Z' };
  return [
    { ...base, id: 'key_1', kind: 'key', name: 'First key', shown: 'sk-sekisho-4Hq…7f3b' },
    { ...base, id: 'it_1', kind: 'ingest_token', name: 'First pass-through token', shown: 'it-8sK…nM2x' },
    {
      ...base,
      id: 'key_2',
      kind: 'key',
      name: '夜間バッチ',
      shown: 'sk-sekisho-zP1…09de',
      expires_at: '2027-03-31T14:59:59.000Z',
    },
    {
      ...base,
      id: 'key_3',
      kind: 'key',
      name: 'Old laptop',
      shown: 'sk-sekisho-Q0a…b7c1',
      status: 'revoked',
    },
  ];
}

function createHealth(): World['health'] {
  const last_seen_at = new Date().toISOString();
  return {
    rooms: ['gateway', 'collector', 'clickhouse', 'console'].map((room) => ({
      room,
      ready: true,
      detail: 'ready',
    })),
    certificate: [
      {
        writer: '0193a7c2-91c2-7f3a',
        kind: 'alive',
        last_seen_at,
        sent: 18_422,
        stored: 18_420,
        missing: 2,
        twice: 0,
        lost: {},
      },
      {
        writer: '0193a6ff-20ab-71d0',
        kind: 'bye',
        last_seen_at: '2026-11-21T22:03:11.000Z',
        sent: 90_117,
        stored: 90_117,
        missing: 0,
        twice: 0,
        lost: {},
      },
      {
        writer: '0193a5e0-88f1-7b02',
        kind: 'adopted',
        last_seen_at: '2026-11-21T08:41:54.000Z',
        sent: 4_209,
        stored: 4_209,
        missing: 0,
        twice: 0,
        lost: {},
      },
    ],
  };
}
