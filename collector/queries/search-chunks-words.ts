/**
 * Which chunks have most of what these words mean? BM25 (Robertson and Zaragoza, "The Probabilistic Relevance
 * Framework: BM25 and Beyond", 2009) with the inverse document frequency of Lucene, which is never negative:
 *
 *   sum over terms of  ln(1 + (N - df + 0.5) / (df + 0.5)) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average))
 *
 * N, df and the average are those of the chunks in scope. A word and a pair of CJK characters are terms alike.
 */
import type { Store } from '../store/client.ts';
import { type ChunkHit, type ChunkScope, toScopeCondition } from './chunk-scope.ts';
import { runQuery } from './run.ts';
import { hashTerm, toSearchTerms } from './search-words.ts';

/** Lucene's defaults, within what the paper found to be good (1.2 to 2, and 0.5 to 0.8). */
const K1 = 1.2;
const B = 0.75;
/** A question has a dozen; of a whole page the first ones have to do. */
const MAX_TERMS = 48;

/**
 * The best `limit` chunks for `query`, best first; none where it has no words. A chunk needs one of the words. The
 * score is the share of what a chunk could have at most for those words that occur in the scope at all (each of them
 * endlessly often), so it says the same in every answer: 1 is out of reach, 0.5 is much.
 * @throws like `runQuery`
 */
export async function searchChunksWords(
  store: Store,
  scope: ChunkScope,
  { query, limit }: { query: string; limit: number },
): Promise<ChunkHit[]> {
  const { words, pairs } = toSearchTerms(query, MAX_TERMS);
  const terms = [...words, ...pairs];
  if (terms.length === 0 || scope.ingest_ids.length === 0) return [];
  const inScope = toScopeCondition(scope);
  const hashes = terms.map((term, index) => [`term_${index}`, hashTerm(term)] as const);
  // One expression per term: a lambda over the terms would copy the arrays of a chunk for each of them.
  const frequencies = hashes.map(([name]) => `counts[indexOfAssumeSorted(terms, {${name}:UInt32})]`);
  const anyTerm = [
    words.length > 0 && 'hasAnyTokens(text, {words:Array(String)})',
    pairs.length > 0 && 'hasAnyTokens(text_cjk, {pairs:Array(String)})',
  ].filter(Boolean);
  return runQuery<ChunkHit>(store, {
    name: 'search_chunks_words',
    project_id: scope.project_id,
    query: `WITH
        (SELECT [toFloat64(count()), avg(length)] FROM chunks WHERE ${inScope.sql}) AS scope,
        arrayMap(d -> if(d = 0, 0, ln(1 + (scope[1] - d + 0.5) / (d + 0.5)) * ${K1 + 1}), df) AS weights,
        ${K1} * (1 - ${B} + ${B} * length / scope[2]) AS norm
      SELECT file_id, ingest_id, position,
        arraySum((f, w) -> w * f / (f + norm), tf, weights) / arraySum(weights) AS score
      FROM (
        SELECT file_id, ingest_id, position, length, [${frequencies.join(', ')}] AS tf,
          sumForEach(arrayMap(f -> toUInt32(f > 0), tf)) OVER () AS df
        FROM chunks WHERE ${inScope.sql} AND (${anyTerm.join(' OR ')})
      )
      WHERE score > 0 ORDER BY score DESC, ingest_id, position LIMIT {limit:UInt32}`,
    params: { ...inScope.params, words, pairs, limit, ...Object.fromEntries(hashes) },
  });
}
