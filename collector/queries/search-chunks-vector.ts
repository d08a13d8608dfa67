/** Which chunks point most nearly the same way as this vector? Every one in scope is compared: nothing is missed. */
import type { Store } from '../store/client.ts';
import { type ChunkHit, type ChunkScope, toScopeCondition } from './chunk-scope.ts';
import { runQuery } from './run.ts';

/**
 * The best `limit` chunks for `vector`, best first. The score is the cosine itself; one below 0 (the opposite
 * direction, which embeddings hardly have) is 0. Vectors of another length, or of no length at all, are not compared.
 * @throws like `runQuery`
 */
export async function searchChunksVector(
  store: Store,
  scope: ChunkScope,
  { vector, limit }: { vector: readonly number[]; limit: number },
): Promise<ChunkHit[]> {
  if (vector.length === 0 || scope.ingest_ids.length === 0) return [];
  const inScope = toScopeCondition(scope);
  return runQuery<ChunkHit>(store, {
    name: 'search_chunks_vector',
    project_id: scope.project_id,
    // PREWHERE, because a vector of another length is an error wherever it is compared.
    query: `WITH cosineDistance(vector, {vector:Array(Float32)}) AS distance
      SELECT file_id, ingest_id, position, least(greatest(1 - distance, 0), 1) AS score
      FROM chunks PREWHERE length(vector) = {dimensions:UInt32}
      WHERE ${inScope.sql} AND NOT isNaN(distance)
      ORDER BY distance, ingest_id, position LIMIT {limit:UInt32}`,
    params: { ...inScope.params, vector, dimensions: vector.length, limit },
  });
}
