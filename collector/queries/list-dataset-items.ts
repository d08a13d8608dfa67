/** What items has this build of a dataset's version? In their order, page by page. */
import type { DatasetItem } from '../record/dataset.ts';
import type { Store } from '../store/client.ts';
import { runQuery } from './run.ts';

export type DatasetBuild = { dataset_id: string; version: number; build_id: string };

type Row = Omit<DatasetItem, 'item'> & { item: string };

const OF_BUILD = `i.project_id = {project_id:String} AND i.dataset_id = {dataset_id:String}
  AND i.version = {version:UInt32} AND i.build_id = {build_id:String}`;

/**
 * At most `limit` items from position `from` on; fewer where they come to more than `max_bytes` (the first always
 * comes). @throws like `runQuery`
 */
export async function listDatasetItems(
  store: Store,
  project_id: string,
  build: DatasetBuild,
  page: { from: number; limit: number; max_bytes?: number; signal?: AbortSignal | undefined },
): Promise<DatasetItem[]> {
  const { from, limit, max_bytes = Number.MAX_SAFE_INTEGER, signal } = page;
  const rows = await runQuery<Row>(store, {
    name: 'list_dataset_items',
    project_id,
    query: `SELECT i.item_id AS item_id, i.position AS position, i.item AS item,
        if(i.trace_id = toFixedString('', 16), '', lower(hex(i.trace_id))) AS trace_id,
        if(i.span_id = 0, '', leftPad(lower(hex(i.span_id)), 16, '0')) AS span_id, i.session_id AS session_id
      FROM dataset_items AS i
      WHERE ${OF_BUILD} AND i.position >= {from:UInt32} AND i.position < {to:UInt32}
        AND i.position <= greatest({from:UInt32}, (
          SELECT max(p.position) FROM (
            SELECT i.position AS position, sum(length(i.item)) OVER (ORDER BY i.position) AS bytes
            FROM dataset_items AS i WHERE ${OF_BUILD} AND i.position >= {from:UInt32} AND i.position < {to:UInt32}
          ) AS p WHERE p.bytes <= {max_bytes:UInt64}))
      ORDER BY i.position`,
    params: { project_id, ...build, from, to: from + limit, max_bytes },
    signal,
  });
  return rows.map((row) => ({ ...row, item: JSON.parse(row.item) as DatasetItem['item'] }));
}

/** Where an item stands in a build; undefined where it is not there. @throws like `runQuery` */
export async function findItemPosition(
  store: Store,
  project_id: string,
  build: DatasetBuild,
  item_id: string,
): Promise<number | undefined> {
  const [row] = await runQuery<{ position: number }>(store, {
    name: 'find_item_position',
    project_id,
    query: `SELECT i.position AS position FROM dataset_items AS i
      WHERE ${OF_BUILD} AND i.item_id = {item_id:String} LIMIT 1`,
    params: { project_id, ...build, item_id },
  });
  return row?.position;
}

/** How many items of a build are stored, and how many places they take: equal where none is there twice. */
export async function countDatasetItems(
  store: Store,
  project_id: string,
  build: DatasetBuild,
  signal?: AbortSignal,
): Promise<{ rows: number; positions: number }> {
  const [row] = await runQuery<Record<'rows' | 'positions', string>>(store, {
    name: 'count_dataset_items',
    project_id,
    query: `SELECT count() AS rows, uniqExact(i.position) AS positions FROM dataset_items AS i WHERE ${OF_BUILD}`,
    params: { project_id, ...build },
    signal,
  });
  return { rows: Number(row?.rows ?? 0), positions: Number(row?.positions ?? 0) };
}
