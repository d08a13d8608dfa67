/** Looks through a vector store: by words, by vectors, or by both. What the search route and `file_search` call. */
import type { ChunkHit, ChunkScope } from '../../collector/queries/chunk-scope.ts';
import { getChunks } from '../../collector/queries/get-chunks.ts';
import { searchChunksVector } from '../../collector/queries/search-chunks-vector.ts';
import { searchChunksWords } from '../../collector/queries/search-chunks-words.ts';
import type { FileAttributes } from '../../collector/record/source.ts';
import type { RegistryEntry, RegistryView } from '../../collector/registry/view.ts';
import type { Store } from '../../collector/store/client.ts';
import { AppError } from '../../errors.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { PermanentError } from '../jobs/runner.ts';
import { embedTexts } from './embed.ts';
import { type AttributeFilter, toAttributeTest } from './filter.ts';
import { listStoreFiles, type StoreFile } from './live.ts';
import { fuseHits, type HybridWeights, mergeHits } from './rank.ts';

/** Of each list that is fused: what comes after these ranks cannot reach the answer by itself. */
const FUSED_DEPTH = 100;

export type SearchMode = 'text' | 'vector' | 'hybrid';
export type Searching = { view: RegistryView; store: () => Promise<Store>; gateway: GatewayClient };

export type SearchQuestion = {
  vector_store: RegistryEntry<'vector_store'>;
  queries: readonly string[];
  /** At most so many chunks. */
  limit: number;
  filter?: AttributeFilter | undefined;
  score_threshold?: number | undefined;
  /** `hybrid` where the store has an embedding model, else `text`. */
  mode?: SearchMode | undefined;
  /** Of `hybrid`; both count the same unless told. */
  weights?: HybridWeights | undefined;
  signal?: AbortSignal | undefined;
};

export type FoundChunk = {
  file_id: string;
  filename: string;
  /** 0 to 1; what it tells depends on the mode: see rank.ts and the queries. */
  score: number;
  attributes: FileAttributes;
  text: string;
  /** Place of the chunk in its file, from 0. */
  chunk: number;
};

/**
 * The best chunks for `queries`, best first. Only files that are in the store now, and ingested whole, are looked at.
 * @throws AppError invalid_body for a mode or filter that cannot be; upstream_unreachable where the embedding model
 * does not answer; store_unavailable, query_timeout
 */
export async function searchVectorStore(
  searching: Searching,
  question: SearchQuestion,
): Promise<{ mode: SearchMode; found: FoundChunk[] }> {
  const { vector_store, queries, limit, score_threshold = 0 } = question;
  const mode = toMode(question);
  const files = findFiles(searching.view, question);
  const scope: ChunkScope = {
    project_id: vector_store.project_id,
    vector_store_id: vector_store.id,
    ingest_ids: [...files.keys()],
  };
  if (files.size === 0) return { mode, found: [] };
  const vectors = mode === 'text' ? [] : await embedQueries(searching.gateway, question);
  const store = await searching.store();
  const lists: ChunkHit[][] = [];
  for (const [index, query] of queries.entries()) {
    lists.push(await searchOnce(store, scope, { mode, query, vector: vectors[index] ?? [], question }));
  }
  const hits = mergeHits(lists)
    .filter((hit) => hit.score >= score_threshold)
    .slice(0, limit);
  const texts = new Map(
    (await getChunks(store, scope, hits)).map((chunk) => [
      `${chunk.ingest_id}/${chunk.position}`,
      chunk.text,
    ]),
  );
  return { mode, found: hits.flatMap((hit) => toFound(searching.view, hit, files, texts)) };
}

async function searchOnce(
  store: Store,
  scope: ChunkScope,
  asked: { mode: SearchMode; query: string; vector: number[]; question: SearchQuestion },
): Promise<ChunkHit[]> {
  const { mode, query, vector, question } = asked;
  const { limit, weights = { embedding_weight: 1, text_weight: 1 } } = question;
  if (mode === 'text') return searchChunksWords(store, scope, { query, limit });
  if (mode === 'vector') return searchChunksVector(store, scope, { vector, limit });
  const [byVector, byWords] = await Promise.all([
    searchChunksVector(store, scope, { vector, limit: FUSED_DEPTH }),
    searchChunksWords(store, scope, { query, limit: FUSED_DEPTH }),
  ]);
  return fuseHits({ vector: byVector, words: byWords }, weights);
}

function toMode({ vector_store, mode, weights }: SearchQuestion): SearchMode {
  const hasVectors = vector_store.body.embedding_model !== '';
  if (mode && mode !== 'text' && !hasVectors) {
    const message = 'search_mode: this vector store has no embedding model, so only words can be searched';
    throw new AppError('invalid_body', message, { param: 'search_mode' });
  }
  if (weights && !(Math.min(...Object.values(weights)) >= 0 && Math.max(...Object.values(weights)) > 0)) {
    const param = 'ranking_options.hybrid_search';
    throw new AppError('invalid_body', `${param}: weights are 0 or more, and not both 0`, { param });
  }
  return mode ?? (hasVectors ? 'hybrid' : 'text');
}

/** By ingest. The attributes are the registry's, so a change of them holds for the next search. */
function findFiles(view: RegistryView, { vector_store, filter }: SearchQuestion): Map<string, StoreFile> {
  const passes = filter ? toAttributeTest(filter) : () => true;
  const files = listStoreFiles(view, vector_store.id).filter(
    ({ body }) => body.status === 'completed' && passes(body.attributes),
  );
  return new Map(files.map((entry) => [entry.body.ingest_id, entry]));
}

async function embedQueries(gateway: GatewayClient, question: SearchQuestion): Promise<number[][]> {
  const { vector_store, queries, signal } = question;
  const { project_id, body } = vector_store;
  try {
    return await embedTexts(gateway, { project_id, model: body.embedding_model, texts: queries, signal });
  } catch (cause) {
    signal?.throwIfAborted();
    const message =
      cause instanceof PermanentError
        ? cause.message
        : `The embedding model ${body.embedding_model} cannot be asked now. Try again, or search by words.`;
    throw new AppError('upstream_unreachable', message, { cause });
  }
}

function toFound(
  view: RegistryView,
  hit: ChunkHit,
  files: ReadonlyMap<string, StoreFile>,
  texts: ReadonlyMap<string, string>,
): FoundChunk[] {
  const entry = files.get(hit.ingest_id);
  const text = texts.get(`${hit.ingest_id}/${hit.position}`);
  if (!entry || text === undefined) return [];
  const { file_id, attributes } = entry.body;
  const filename = view.find('file', file_id)?.body.filename ?? '';
  return [{ file_id, filename, score: hit.score, attributes, text, chunk: hit.position }];
}
