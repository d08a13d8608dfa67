/** Which chunks of an ingest are stored already? */
import type { Store } from '../store/client.ts';
import { runQuery } from './run.ts';

export type StoredChunks = { position: number; rows: number; dimensions: number };

/** How many rows each position has (one, unless something is wrong), and how long its vector is. @throws like `runQuery` */
export async function countChunks(
  store: Store,
  place: { project_id: string; vector_store_id: string; file_id: string; ingest_id: string },
): Promise<StoredChunks[]> {
  return runQuery<StoredChunks>(store, {
    name: 'count_chunks',
    project_id: place.project_id,
    query: `SELECT position, toUInt32(count()) AS rows, toUInt32(max(length(vector))) AS dimensions FROM chunks
      WHERE project_id = {project_id:String} AND vector_store_id = {vector_store_id:String}
        AND file_id = {file_id:String} AND ingest_id = {ingest_id:String}
      GROUP BY position ORDER BY position`,
    params: place,
    max_rows: 1_000_000,
  });
}
