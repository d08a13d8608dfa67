/** What a source finds for a question, in one way of looking. */
import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';
import { searchVectorStore } from '../../../contract/vector-stores.ts';
import { call } from '../client/call.ts';
import type { SearchMode } from './source-view.ts';

export type Asked = {
  params: { project_id: string; vector_store_id: string };
  q: string;
  mode: SearchMode | '';
  count: number;
};

/** Asks while `asked` is set, and again when it changes. */
export function useSearch(asked: Ref<Asked | undefined>) {
  const query = useQuery({
    key: () => ['search', JSON.stringify(asked.value ?? null)],
    query: ({ signal }) => {
      const { params, q, mode, count } = asked.value as Asked;
      const body = { query: q, max_num_results: count, ...(mode ? { search_mode: mode } : {}) };
      return call(searchVectorStore, { params, body, signal });
    },
    enabled: () => asked.value !== undefined,
    // Files may have been read since.
    staleTime: 0,
  });
  return {
    answer: computed(() => (asked.value ? query.data.value : undefined)),
    failure: computed(() => query.state.value.error),
    loading: computed(() => query.asyncStatus.value === 'loading'),
    again: () => query.refetch(),
  };
}
