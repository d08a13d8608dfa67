/** Spans at random: valid ones changed in places, JSON of any shape, bytes that are none; the same at every run. */
import type { AttributeValue, DecodedSpan } from '../../../collector/normalise/span.ts';
import { GEN_AI, HTTP, OUTCOMES, SEKISHO } from '../../../collector/record/attributes.ts';
import type { IngestRow } from '../../../collector/record/ingest-row.ts';
import { INGEST_COLUMNS } from '../../../collector/write/ingest-columns.ts';
import { RowBinaryWriter } from '../../../collector/write/row-binary.ts';
import { gatewaySpan, sse, text } from './span.ts';

export const PATHS = [
  '/v1/chat/completions',
  '/v1/responses',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/models',
];

/** Numbers from 0 to 1 that are the same at every run (mulberry32). */
export function createRandom(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return { next, below, pick: <T>(list: readonly T[]): T => list[below(list.length)] as T };
}
type Random = ReturnType<typeof createRandom>;

const ATOMS = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  -1e308,
  4_294_967_294,
  2 ** 53,
  '',
  'a',
  '\u0000',
  '関',
  '\ud83c',
  '__proto__',
  'constructor',
  'user',
  'tool',
  'image_url',
  'data:image/png;base64,AA',
  '<|endoftext|>',
  [],
  {},
];
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  '\u0000',
  'id',
  'type',
  'role',
  'name',
  'index',
  'model',
  'messages',
  'input',
  'prompt',
  'instructions',
  'content',
  'text',
  'image_url',
  'url',
  'input_audio',
  'file',
  'summary',
  'output',
  'tool_calls',
  'function',
  'function_call',
  'custom',
  'arguments',
  'audio',
  'refusal',
  'reasoning_content',
  'choices',
  'message',
  'delta',
  'finish_reason',
  'usage',
  'prompt_tokens',
  'completion_tokens',
  'input_tokens',
  'output_tokens',
  'prompt_tokens_details',
  'cached_tokens',
  'input_tokens_details',
  'data',
  'error',
  'code',
  'metadata',
  'conversation',
  'user',
  'tags',
  'response',
  'item',
  'output_index',
  'content_index',
  'summary_index',
  'status',
  'incomplete_details',
  'call_id',
];
const TYPES = [
  'message',
  'reasoning',
  'function_call',
  'function_call_output',
  'web_search_call',
  'image_generation_call',
  'text',
  'refusal',
  'output_text',
  'response.created',
  'response.output_item.added',
  'response.output_item.done',
  'error',
  'response.output_text.delta',
  'response.refusal.delta',
  'response.function_call_arguments.delta',
  'response.completed',
  'response.reasoning_summary_text.delta',
  'response.failed',
];

/** Any JSON, with the names and types that the dialects look for in all the wrong places. */
function makeJson(random: Random, depth: number): unknown {
  const kind = random.below(depth > 0 ? 10 : 3);
  if (kind < 3) return random.pick(ATOMS);
  const count = random.below(5);
  if (kind < 5) return Array.from({ length: count }, () => makeJson(random, depth - 1));
  const entries = Array.from({ length: count + 1 }, (): [string, unknown] => {
    const name = random.pick(NAMES);
    return [name, name === 'type' && random.next() < 0.9 ? random.pick(TYPES) : makeJson(random, depth - 1)];
  });
  return Object.fromEntries(entries);
}

const WHOLE = {
  request: {
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: [text('Hi')] }],
    input: [{ role: 'user', content: 'x' }],
    metadata: { a: 'b' },
  },
  response: {
    choices: [
      {
        index: 0,
        message: { content: 'Yes', tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{}' } }] },
        delta: { content: 'a' },
        finish_reason: 'stop',
      },
    ],
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'Yes' }] }],
    usage: { prompt_tokens: 5, completion_tokens: 5, input_tokens: 5 },
    data: [{ embedding: [0.5] }],
  },
};

/** A valid body with one of its values, at any depth, replaced. */
function mutate(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.next() < 0.15) return makeJson(random, 2);
  const keys = Object.keys(value);
  const key = keys[random.below(keys.length)] ?? 'x';
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = mutate(random, copy[key]);
  return copy;
}

function makeBytes(random: Random, whole: unknown): Buffer {
  const value = random.next() < 0.6 ? mutate(random, whole) : makeJson(random, 6);
  const events = () =>
    Array.from({ length: random.below(6) }, () =>
      random.next() < 0.5 ? mutate(random, whole) : makeJson(random, 5),
    );
  const bytes = Buffer.from(random.next() < 0.5 ? JSON.stringify(value) : sse(events()));
  const damage = random.below(10);
  if (damage === 0) return bytes.subarray(0, random.below(bytes.length + 1));
  if (damage === 1 && bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
  if (damage === 2) return Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256)));
  return bytes;
}

const VALUES: AttributeValue[] = [
  undefined,
  '',
  'x',
  '\u0000',
  '\ud83c',
  '__proto__',
  'constructor',
  0,
  -1,
  1e308,
  Number.NaN,
  Infinity,
  2 ** 64,
  true,
  false,
  [],
  [undefined],
  [[['deep']]],
  ['gzip'],
  ['br', 1],
  Buffer.alloc(0),
  Buffer.from([255, 0]),
  'POST',
  ...OUTCOMES,
  ...PATHS,
];

export function makeSpan(random: Random): DecodedSpan {
  const type = random.pick(['application/json', 'text/event-stream', '']);
  const span = gatewaySpan({
    path: random.pick(PATHS),
    status: random.pick([0, 200, 200, 200, 429, 500]),
    outcome: random.pick(OUTCOMES),
    request: makeBytes(random, WHOLE.request),
    response: makeBytes(random, WHOLE.response),
    responseHeaders: { 'content-type': type },
    requestHeaders:
      random.next() < 0.2 ? { 'content-encoding': random.pick(['gzip', 'br', 'zstd', 'deflate', '?']) } : {},
  });
  const names = [...Object.values(SEKISHO), ...Object.values(GEN_AI), ...Object.values(HTTP), ...NAMES];
  for (let changed = random.below(4); changed > 0; changed--)
    span.attributes.set(random.pick(names), random.pick(VALUES));
  if (random.next() < 0.1)
    Object.assign(span, {
      started_at: random.pick([0, -1e300, 1e300, Number.NaN]),
      trace_id: '',
      name: '\ud83c',
    });
  return span;
}

/** Bytes that `row` takes, its start set aside: the writer holds that, who knows when the batch arrived. */
export function writtenBytes(row: IngestRow): number {
  const out = new RowBinaryWriter(4096);
  for (const [, write] of INGEST_COLUMNS) write(out, { ...row, started_at: 0 });
  return out.finish().length;
}
