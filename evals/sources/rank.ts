/** Joins ranked lists of chunks into one. */
import type { ChunkHit } from '../../collector/queries/chunk-scope.ts';

/** How much each list counts. At least one is above 0. */
export type HybridWeights = { embedding_weight: number; text_weight: number };

/** Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet" (2009), who found 60 to do well. */
const K = 60;

const keyOf = ({ ingest_id, position }: ChunkHit): string => `${ingest_id}/${position}`;

/**
 * Reciprocal rank fusion: a chunk gets weight / (60 + rank) from each list that has it (ranks from 1), best first. As
 * a share of what the first of both lists would have, so 0 to 1: it tells ranks, not how well a chunk fits.
 */
export function fuseHits(
  lists: { vector: readonly ChunkHit[]; words: readonly ChunkHit[] },
  weights: HybridWeights,
): ChunkHit[] {
  const { embedding_weight, text_weight } = weights;
  const most = (embedding_weight + text_weight) / (K + 1);
  const fused = new Map<string, ChunkHit>();
  const add = (hits: readonly ChunkHit[], weight: number): void => {
    for (const [index, hit] of hits.entries()) {
      const before = fused.get(keyOf(hit))?.score ?? 0;
      fused.set(keyOf(hit), { ...hit, score: before + weight / (K + index + 1) / most });
    }
  };
  if (embedding_weight > 0) add(lists.vector, embedding_weight);
  if (text_weight > 0) add(lists.words, text_weight);
  return sortHits(fused.values());
}

/** The answers to several questions as one: a chunk counts as what it was best at. */
export function mergeHits(lists: readonly (readonly ChunkHit[])[]): ChunkHit[] {
  const best = new Map<string, ChunkHit>();
  for (const hit of lists.flat()) {
    const before = best.get(keyOf(hit));
    if (!before || before.score < hit.score) best.set(keyOf(hit), hit);
  }
  return sortHits(best.values());
}

function sortHits(hits: Iterable<ChunkHit>): ChunkHit[] {
  return [...hits].toSorted(
    (a, b) => b.score - a.score || a.ingest_id.localeCompare(b.ingest_id, 'en') || a.position - b.position,
  );
}
