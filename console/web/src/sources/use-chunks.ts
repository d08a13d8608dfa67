/** The chunks of one file, page by page, each with how much it repeats of the one before. */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import { getVectorStoreFileContent } from '../../../contract/vector-stores.ts';
import { isAbort, toApiError, type ApiError } from '../client/api-error.ts';
import { call } from '../client/call.ts';
import { findOverlap } from './overlap.ts';

const PAGE = 50;

export type Chunk = { repeated: string; text: string; tokens: number };

export function useChunks(ids: Ref<{ project_id: string; vector_store_id: string; file_id: string }>) {
  const chunks = shallowRef<Chunk[]>([]);
  const state = ref<'loading' | 'done' | 'error'>('loading');
  const error = shallowRef<ApiError>();
  const next = ref<string | null>(null);
  let before = '';
  let running: AbortController | undefined;

  async function load(page?: string): Promise<void> {
    running?.abort();
    const { signal } = (running = new AbortController());
    state.value = 'loading';
    try {
      const query = { limit: PAGE, ...(page ? { page } : {}) };
      const answer = await call(getVectorStoreFileContent, { params: ids.value, query, signal });
      if (!page) before = '';
      const fresh = answer.data.map(({ text, tokens }) => {
        const shared = findOverlap(before, text);
        before = text;
        return { repeated: text.slice(0, shared), text: text.slice(shared), tokens };
      });
      chunks.value = page ? [...chunks.value, ...fresh] : fresh;
      next.value = answer.has_more ? answer.next_page : null;
      error.value = undefined;
      state.value = 'done';
    } catch (thrown) {
      if (isAbort(thrown) || signal.aborted) return;
      error.value = toApiError(thrown);
      state.value = 'error';
    }
  }

  watch(
    () => Object.values(ids.value).join(' '),
    () => {
      chunks.value = [];
      void load();
    },
    { immediate: true },
  );
  onScopeDispose(() => running?.abort());
  return {
    chunks,
    state,
    error,
    next,
    more: () => load(next.value ?? undefined),
    reload: () => load(),
  };
}
