/** Stored calls, as exactly as a test needs them: rows for `ingest` with everything but the given left at rest. */
import type { Store } from '../../collector/store/client.ts';

/** What a test says of a call; times are milliseconds since the epoch. */
export type StoredCall = {
  project_id: string;
  started_at?: number;
  received_at?: number;
  /** Any text; filled up to 16 bytes. */
  trace?: string;
  span_id?: bigint;
  writer?: string;
  seq?: number;
  [column: string]: unknown;
};

let made = 0;

/** 32 hex digits of the trace that `text` makes. */
export const traceHex = (text: string): string => Buffer.from(text.padEnd(16, '.')).toString('hex');
/** 16 hex digits. */
export const spanHex = (id: bigint): string => id.toString(16).padStart(16, '0');

function toRow(call: StoredCall): Record<string, unknown> {
  made++;
  const now = Date.now();
  const {
    started_at = now,
    received_at = now,
    trace = `trace-${made}`,
    span_id = BigInt(made),
    ...rest
  } = call;
  return {
    origin: 'gateway',
    counted: true,
    status: 'ok',
    http_status: 200,
    span_type: 'llm',
    operation: 'chat',
    request_model: 'demo-small',
    cost_source: 'table',
    ttft_ms: -1,
    writer: 'test',
    seq: made,
    part: 'call',
    response_sha256: '0'.repeat(32),
    ...rest,
    started_at,
    received_at: Math.floor(received_at / 1000),
    trace_id: trace.padEnd(16, '.'),
    span_id: String(span_id),
  };
}

/** Stores `calls` in one insert. */
export async function storeCalls(store: Store, calls: readonly StoredCall[]): Promise<void> {
  await store.admin.insert({
    table: 'ingest',
    values: calls.map(toRow),
    format: 'JSONEachRow',
    columns: [...new Set(calls.flatMap((call) => Object.keys(toRow(call))))] as [string, ...string[]],
  });
}
