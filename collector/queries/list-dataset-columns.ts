/** Which members do the items of this build have? */
import type { Store } from '../store/client.ts';
import type { DatasetBuild } from './list-dataset-items.ts';
import { runQuery } from './run.ts';

const MAX_COLUMNS = 1_000;

/** Names, in the order in which they appear; at most 1,000. @throws like `runQuery` */
export async function listDatasetColumns(
  store: Store,
  project_id: string,
  build: DatasetBuild,
  signal?: AbortSignal,
): Promise<string[]> {
  const rows = await runQuery<{ name: string }>(store, {
    name: 'list_dataset_columns',
    project_id,
    query: `SELECT tupleElement(k, 1) AS name FROM (
        SELECT arrayJoin(arrayZip(JSONExtractKeys(i.item) AS names, arrayEnumerate(names))) AS k, i.position AS position
        FROM dataset_items AS i
        WHERE i.project_id = {project_id:String} AND i.dataset_id = {dataset_id:String}
          AND i.version = {version:UInt32} AND i.build_id = {build_id:String})
      GROUP BY name ORDER BY min((position, tupleElement(k, 2))) LIMIT ${MAX_COLUMNS}`,
    params: { project_id, ...build },
    signal,
  });
  return rows.map(({ name }) => name);
}
