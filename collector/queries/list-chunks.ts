/** What does this file consist of, chunk by chunk? */
import type { Store } from '../store/client.ts';
import type { ChunkText } from './get-chunks.ts';
import { runQuery } from './run.ts';

/** Chunks of one ingest from `from` on, in order. @throws like `runQuery` */
export async function listChunks(
  store: Store,
  place: { project_id: string; vector_store_id: string; file_id: string; ingest_id: string },
  { from, limit }: { from: number; limit: number },
): Promise<ChunkText[]> {
  return runQuery<ChunkText>(store, {
    name: 'list_chunks',
    project_id: place.project_id,
    query: `SELECT ingest_id, position, text, tokens FROM chunks
      WHERE project_id = {project_id:String} AND vector_store_id = {vector_store_id:String}
        AND file_id = {file_id:String} AND ingest_id = {ingest_id:String} AND position >= {from:UInt32}
      ORDER BY position LIMIT {limit:UInt32}`,
    params: { ...place, from, limit },
  });
}
