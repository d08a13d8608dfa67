/** One INSERT of the writer: one batch, one block, one token. */
import { Readable } from 'node:stream';
import type { ClickHouseSettings } from '@clickhouse/client';
import { drainStream } from '@clickhouse/client';
import type { Store } from './client.ts';
import { toStoreError } from './store-error.ts';

export type InsertBytes = {
  /** User that inserts: `ingest` unless told. */
  lane?: 'ingest' | 'admin';
  table: string;
  columns: readonly string[];
  format: 'RowBinary' | 'JSONEachRow';
  bytes: Buffer | readonly Buffer[];
  /** Names the batch: the same token with the same bytes is stored once, however often it is sent. */
  token: string;
  signal?: AbortSignal | undefined;
};

const UNREACHABLE = '18446744073709551615';

/**
 * A batch must become one block in every target, or a part of it could be stored without the rest; and the token must
 * count in the targets of the views too.
 */
const SETTINGS: ClickHouseSettings = {
  async_insert: 0,
  wait_end_of_query: 1,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // Also while parsing: a format makes a block of its own every so many rows or bytes.
  max_insert_block_size: '1000000000',
  max_insert_block_size_bytes: UNREACHABLE,
  min_insert_block_size_rows: '1000000000',
  min_insert_block_size_bytes: UNREACHABLE,
  input_format_parallel_parsing: 0,
  max_insert_threads: '1',
  max_partitions_per_insert_block: '0',
  // Merges build the text indexes later; a fresh part is small enough to be read through.
  exclude_materialize_skip_indexes_on_insert: 'ix_words,ix_cjk',
};

/**
 * Inserts one batch; when this resolves, it is durable in all targets, once. A batch that failed is sent again as it
 * was, with the same token, until it succeeds.
 * @throws StoreError; the signal's reason when it was aborted
 */
export async function insertBytes(store: Store, insert: InsertBytes): Promise<void> {
  const { lane = 'ingest', table, columns, format, token, signal } = insert;
  const chunks = Buffer.isBuffer(insert.bytes) ? [insert.bytes] : insert.bytes;
  const settings: ClickHouseSettings = { ...SETTINGS, insert_deduplication_token: token };
  try {
    const answer = await store[lane].exec({
      query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT ${format}`,
      values: Readable.from(chunks, { objectMode: false }),
      clickhouse_settings: settings,
      ...(signal && { abort_signal: signal }),
    });
    await drainStream(answer.stream);
  } catch (error) {
    signal?.throwIfAborted();
    throw toStoreError(error);
  }
}
