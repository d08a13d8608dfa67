/** Chunks of a file into their table, with what a search by words needs of them. */
import { countTerms } from '../queries/search-words.ts';
import type { Store } from '../store/client.ts';
import { type Column, insertRows, writeCount, writeMillis } from './insert-rows.ts';

export type ChunkRow = {
  project_id: string;
  vector_store_id: string;
  file_id: string;
  ingest_id: string;
  /** 0, 1, ... within the file. */
  position: number;
  text: string;
  tokens: number;
  /** Empty where the store has no embedding model. */
  vector: readonly number[];
  /** ISO 8601. */
  at: string;
};

type Counted = ChunkRow & ReturnType<typeof countTerms>;

const COLUMNS: readonly Column<Counted>[] = [
  ['project_id', (out, row) => out.string(row.project_id)],
  ['vector_store_id', (out, row) => out.string(row.vector_store_id)],
  ['file_id', (out, row) => out.string(row.file_id)],
  ['ingest_id', (out, row) => out.string(row.ingest_id)],
  ['position', (out, row) => writeCount(out, row.position)],
  ['text', (out, row) => out.string(row.text)],
  ['tokens', (out, row) => writeCount(out, row.tokens)],
  ['terms', (out, row) => writeArray(out, row.terms.length, littleEndian(row.terms, 'writeUInt32LE'))],
  ['counts', (out, row) => writeArray(out, row.counts.length, row.counts)],
  ['length', (out, row) => writeCount(out, row.length)],
  ['vector', (out, row) => writeArray(out, row.vector.length, littleEndian(row.vector, 'writeFloatLE'))],
  ['at', (out, row) => writeMillis(out, row.at)],
];

/**
 * Inserts `rows` once, however often it is called with the same rows and `token`.
 * @throws StoreError; the signal's reason when it was aborted
 */
export async function insertChunks(
  store: Store,
  rows: readonly ChunkRow[],
  token: string,
  signal?: AbortSignal,
): Promise<void> {
  const counted = rows.map((row) => ({ ...row, ...countTerms(row.text) }));
  await insertRows(store, 'chunks', COLUMNS, { rows: counted, token, signal });
}

function writeArray(out: Parameters<Column<Counted>[1]>[0], length: number, bytes: Uint8Array): void {
  out.length(length);
  out.fixed(bytes);
}

function littleEndian(values: ArrayLike<number>, write: 'writeUInt32LE' | 'writeFloatLE'): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  for (let i = 0; i < values.length; i++) bytes[write](values[i] ?? 0, i * 4);
  return bytes;
}
