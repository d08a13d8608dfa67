/** The columns of `ingest` in the order they are written, each with its encoding and the range it is held to. */
import { SPAN_STATUSES } from '../record/span.ts';
import type { IngestRow } from '../record/ingest-row.ts';
import type { RowBinaryWriter } from './row-binary.ts';

const UINT16_MAX = 0xffff;
const UINT32_MAX = 0xffff_ffff;
const INT32_MAX = 0x7fff_ffff;
const UINT64_MAX = 2n ** 64n - 1n;
/** Decimal(18, 12): up to a million dollars a call. */
const DECIMAL_MAX = 10n ** 18n - 1n;

type Write = (out: RowBinaryWriter, row: IngestRow) => void;
type Text = { [K in keyof IngestRow]: IngestRow[K] extends string ? K : never }[keyof IngestRow];
type Numeric = { [K in keyof IngestRow]: IngestRow[K] extends number ? K : never }[keyof IngestRow];

const clamp = (value: number, min: number, max: number): number =>
  Number.isFinite(value) ? Math.min(Math.max(Math.trunc(value), min), max) : min;
const clampDecimal = (value: bigint): bigint => (value > DECIMAL_MAX ? DECIMAL_MAX : value < 0n ? 0n : value);

const text =
  (key: Text): Write =>
  (out, row) =>
    out.string(row[key] as string);
const uint16 =
  (key: Numeric): Write =>
  (out, row) =>
    out.uint16(clamp(row[key], 0, UINT16_MAX));
const uint32 =
  (key: Numeric): Write =>
  (out, row) =>
    out.uint32(clamp(row[key], 0, UINT32_MAX));
const hex64 =
  (key: Text): Write =>
  (out, row) =>
    out.uint64(BigInt(`0x${row[key] || '0'}`) & UINT64_MAX);

function texts(out: RowBinaryWriter, values: readonly string[]): void {
  out.length(values.length);
  for (const value of values) out.string(value);
}

function map<V>(out: RowBinaryWriter, entries: Record<string, V>, write: (value: V) => void): void {
  const pairs = Object.entries(entries);
  out.length(pairs.length);
  for (const [key, value] of pairs) {
    out.string(key);
    write(value);
  }
}

function traceId(out: RowBinaryWriter, row: IngestRow): void {
  const bytes = Buffer.alloc(16);
  bytes.write(row.trace_id, 'hex');
  out.fixed(bytes);
}

/** Name and writer of each column; a test holds the list against the table. */
export const INGEST_COLUMNS: readonly (readonly [name: keyof IngestRow, write: Write])[] = [
  ['project_id', text('project_id')],
  ['started_at', (out, row) => out.int64(BigInt(Math.trunc(row.started_at)))],
  ['trace_id', traceId],
  ['span_id', hex64('span_id')],
  ['parent_span_id', hex64('parent_span_id')],
  ['origin', (out, row) => out.uint8(row.origin === 'gateway' ? 1 : 2)],
  ['counted', (out, row) => out.uint8(row.counted ? 1 : 0)],
  ['session_id', text('session_id')],
  ['thread_key', hex64('thread_key')],
  ['user_id', text('user_id')],
  ['key_id', text('key_id')],
  ['span_type', text('span_type')],
  ['operation', text('operation')],
  ['name', text('name')],
  ['provider', text('provider')],
  ['upstream', text('upstream')],
  ['request_model', text('request_model')],
  ['response_model', text('response_model')],
  ['response_id', text('response_id')],
  ['status', (out, row) => out.uint8(SPAN_STATUSES.indexOf(row.status) + 1)],
  ['http_status', uint16('http_status')],
  ['error_type', text('error_type')],
  ['prompt_name', text('prompt_name')],
  ['prompt_version', uint32('prompt_version')],
  ['stream', (out, row) => out.uint8(row.stream ? 1 : 0)],
  ['finish_reasons', (out, row) => texts(out, row.finish_reasons)],
  ['duration_ms', uint32('duration_ms')],
  ['ttft_ms', (out, row) => out.int32(clamp(row.ttft_ms, -1, INT32_MAX))],
  ['input_tokens', uint32('input_tokens')],
  ['output_tokens', uint32('output_tokens')],
  [
    'usage',
    (out, row) =>
      map(out, row.usage, (count) => out.uint64(BigInt(clamp(count, 0, Number.MAX_SAFE_INTEGER)))),
  ],
  ['cost_total', (out, row) => out.int64(clampDecimal(row.cost_total))],
  ['costs', (out, row) => map(out, row.costs, (cost) => out.int64(clampDecimal(cost)))],
  ['cost_source', text('cost_source')],
  ['tags', (out, row) => texts(out, row.tags)],
  ['metadata', (out, row) => map(out, row.metadata, (value) => out.string(value))],
  ['attributes', (out, row) => map(out, row.attributes, (value) => out.string(value))],
  ['dialect', text('dialect')],
  ['input_preview', text('input_preview')],
  ['output_preview', text('output_preview')],
  ['search_text', text('search_text')],
  ['writer', text('writer')],
  ['seq', (out, row) => out.uint64(BigInt(clamp(row.seq, 0, Number.MAX_SAFE_INTEGER)))],
  ['received_at', uint32('received_at')],
  ['part', (out, row) => out.uint8(row.part === 'call' ? 1 : 2)],
  ['input_messages', text('input_messages')],
  ['output_messages', text('output_messages')],
  ['request_raw', (out, row) => out.bytes(row.request_raw)],
  ['response_raw', (out, row) => out.bytes(row.response_raw)],
  ['response_sha256', (out, row) => out.fixed(row.response_sha256)],
];
