/** Items of dataset versions into their table. */
import type { DatasetItem } from '../record/dataset.ts';
import type { Store } from '../store/client.ts';
import {
  type Column,
  insertRows,
  writeCount,
  writeMillis,
  writeSpanId,
  writeTraceId,
} from './insert-rows.ts';

/** `item` as JSON text; `at` ISO 8601. */
export type DatasetItemRow = Omit<DatasetItem, 'item'> & {
  project_id: string;
  dataset_id: string;
  version: number;
  build_id: string;
  item: string;
  at: string;
};

const COLUMNS: readonly Column<DatasetItemRow>[] = [
  ['project_id', (out, row) => out.string(row.project_id)],
  ['dataset_id', (out, row) => out.string(row.dataset_id)],
  ['version', (out, row) => writeCount(out, row.version)],
  ['build_id', (out, row) => out.string(row.build_id)],
  ['position', (out, row) => writeCount(out, row.position)],
  ['item_id', (out, row) => out.string(row.item_id)],
  ['item', (out, row) => out.string(row.item)],
  ['trace_id', (out, row) => writeTraceId(out, row.trace_id)],
  ['span_id', (out, row) => writeSpanId(out, row.span_id)],
  ['session_id', (out, row) => out.string(row.session_id)],
  ['at', (out, row) => writeMillis(out, row.at)],
];

/**
 * Inserts `rows` once, however often it is called with the same `token`.
 * @throws StoreError; the signal's reason when it was aborted
 */
export async function insertDatasetItems(
  store: Store,
  rows: readonly DatasetItemRow[],
  token: string,
  signal?: AbortSignal,
): Promise<void> {
  await insertRows(store, 'dataset_items', COLUMNS, { rows, token, signal });
}
