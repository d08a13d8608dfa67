/** Searching a vector store. */
import { searchVectorStore as lookThrough } from '../../../evals/sources/search.ts';
import * as contract from '../../contract/vector-stores.ts';
import { defineEndpoint } from '../endpoint.ts';
import { getUsableStore, noteSearch } from '../managed/vector-stores.ts';

/**
 * `rewrite_query` and `ranker` are taken and change nothing: `search_query` says what was looked for, word for word.
 * One page is all there is, since nobody may ask for more than fifty chunks.
 */
const searchVectorStore = defineEndpoint(
  contract.searchVectorStore,
  async ({ registry, store, gateway, stopping }, { params, body, response }) => {
    const vector_store = getUsableStore(registry, params.project_id, params.vector_store_id);
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('the client hung up')));
    const queries = typeof body.query === 'string' ? [body.query] : body.query;
    const { mode, found } = await lookThrough(
      { view: registry.view, store, gateway },
      {
        vector_store,
        queries,
        limit: body.max_num_results,
        filter: body.filters ?? undefined,
        score_threshold: body.ranking_options?.score_threshold,
        weights: body.ranking_options?.hybrid_search,
        mode: body.search_mode,
        signal: AbortSignal.any([gone.signal, stopping]),
      },
    );
    noteSearch(registry, vector_store);
    return {
      object: 'vector_store.search_results.page' as const,
      search_query: queries,
      data: found.map(({ text, ...chunk }) => ({ ...chunk, content: [{ type: 'text' as const, text }] })),
      has_more: false,
      next_page: null,
      search_mode: mode,
    };
  },
);

export const vectorStoreSearchEndpoints = [searchVectorStore];
