/**
 * Rows of the tables that are appended to by insert alone (scores, dataset items, results): each column says how it is
 * written, and one call is one INSERT under one token.
 */
import type { Store } from '../store/client.ts';
import { insertBytes } from '../store/insert.ts';
import { RowBinaryWriter } from '../write/row-binary.ts';

/** Name of a column, and how a row's value goes into it. */
export type Column<Row> = readonly [name: string, write: (out: RowBinaryWriter, row: Row) => void];

const UINT32_MAX = 0xffff_ffff;

/**
 * `value` as JSON that the database can read again: of a lone surrogate (a cut emoji, say) JSON.stringify makes an
 * escape, and a text that has one anywhere is no JSON to it at all.
 */
export function toJsonText(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'string' ? each.toWellFormed() : each,
  );
}

/** 32 hex digits into FixedString(16); '' is all zeros. */
export function writeTraceId(out: RowBinaryWriter, hex: string): void {
  const bytes = Buffer.alloc(16);
  bytes.write(hex, 'hex');
  out.fixed(bytes);
}

/** 16 hex digits into UInt64; '' is 0. */
export function writeSpanId(out: RowBinaryWriter, hex: string): void {
  out.uint64(BigInt(`0x${hex || '0'}`));
}

/** A whole number into UInt32, held to its range. */
export function writeCount(out: RowBinaryWriter, value: number): void {
  out.uint32(Math.min(Math.max(Math.trunc(value) || 0, 0), UINT32_MAX));
}

/** ISO 8601 into DateTime64(3). */
export function writeMillis(out: RowBinaryWriter, iso: string): void {
  out.int64(BigInt(Date.parse(iso)));
}

/** ISO 8601 in UTC, with up to six decimals, into DateTime64(6). */
export function writeMicros(out: RowBinaryWriter, iso: string): void {
  const beyondMillis = /\.\d{3}(\d{1,3})/.exec(iso)?.[1]?.padEnd(3, '0') ?? '0';
  out.int64(BigInt(Date.parse(iso)) * 1000n + BigInt(beyondMillis));
}

/**
 * Inserts `rows` as one batch; when this resolves they are durable, once. A batch that failed is sent again with the
 * same rows and token until it succeeds.
 * @throws StoreError; the signal's reason when it was aborted
 */
export async function insertRows<Row>(
  store: Store,
  table: string,
  columns: readonly Column<Row>[],
  batch: { rows: readonly Row[]; token: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const { rows, token, signal } = batch;
  if (rows.length === 0) return;
  const out = new RowBinaryWriter(64 * 1024);
  for (const row of rows) for (const [, write] of columns) write(out, row);
  const names = columns.map(([name]) => name);
  await insertBytes(store, {
    table,
    columns: names,
    format: 'RowBinary',
    bytes: out.finish(),
    token,
    signal,
  });
}
