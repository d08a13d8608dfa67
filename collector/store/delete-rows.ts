/** Rows that are to go for good. */
import type { Store } from './client.ts';
import { requireRoom } from './migrate.ts';
import { toStoreError } from './store-error.ts';

export type RowDeletion = {
  table: string;
  /** SQL with `{name:Type}` parameters. */
  where: string;
  params: Readonly<Record<string, unknown>>;
};

/**
 * Deletes rows and has their bytes gone as well: a lightweight DELETE only hides them, until a merge that may never
 * come. Resolves when it is done. @throws StoreError; 243 where the disk is too full for a DELETE to be safe
 */
export async function deleteRows(store: Store, { table, where, params }: RowDeletion): Promise<void> {
  await requireRoom(store);
  const settings = { lightweight_deletes_sync: '1', mutations_sync: '1' } as const;
  const run = (query: string): Promise<unknown> =>
    store.admin.command({ query, query_params: { ...params }, clickhouse_settings: settings });
  try {
    await run(`DELETE FROM ${table} WHERE ${where}`);
    await run(`ALTER TABLE ${table} APPLY DELETED MASK`);
  } catch (error) {
    throw toStoreError(error);
  }
}
