/** What do these chunks say? */
import type { Store } from '../store/client.ts';
import { runQuery } from './run.ts';

export type ChunkKey = { file_id: string; ingest_id: string; position: number };
export type ChunkText = { ingest_id: string; position: number; text: string; tokens: number };

/** Their texts, in no order. @throws like `runQuery` */
export async function getChunks(
  store: Store,
  place: { project_id: string; vector_store_id: string },
  keys: readonly ChunkKey[],
): Promise<ChunkText[]> {
  if (keys.length === 0) return [];
  const file_ids = keys.map((key) => key.file_id);
  const ingest_ids = keys.map((key) => key.ingest_id);
  const positions = keys.map((key) => key.position);
  return runQuery<ChunkText>(store, {
    name: 'get_chunks',
    project_id: place.project_id,
    // Each member of the table's key by itself as well, so that little more than these chunks is read.
    query: `SELECT ingest_id, position, text, tokens FROM chunks
      WHERE project_id = {project_id:String} AND vector_store_id = {vector_store_id:String}
        AND file_id IN {file_ids:Array(String)} AND ingest_id IN {ingest_ids:Array(String)}
        AND position IN {positions:Array(UInt32)} AND (ingest_id, position) IN (
          SELECT arrayJoin(arrayZip({ingest_ids:Array(String)}, {positions:Array(UInt32)})))`,
    params: { ...place, file_ids, ingest_ids, positions },
  });
}
