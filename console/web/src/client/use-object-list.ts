/** A list in OpenAI's shape (`{data, has_more, last_id}`), page by page. */
import { onScopeDispose, ref, shallowRef, watch } from 'vue';
import { isAbort, toApiError, type ApiError } from './api-error.ts';

type Page<T> = { data: T[]; has_more: boolean; last_id: string | null };

/** `after` is the last id of the page before. */
type Ask<T> = (page: { limit: number; after?: string }, signal: AbortSignal) => Promise<Page<T>>;

/** As many pages as it takes to show `count` items again; one at least. */
async function readMany<T>(
  ask: Ask<T>,
  { limit, count }: { limit: number; count: number },
  signal: AbortSignal,
): Promise<Page<T>> {
  let page = await ask({ limit }, signal);
  let data = page.data;
  while (page.has_more && page.last_id !== null && data.length < count) {
    page = await ask({ limit, after: page.last_id }, signal);
    data = [...data, ...page.data];
  }
  return { ...page, data };
}

/**
 * Asks for the first page now and whenever `key` changes (a new key clears the list first), for further ones by
 * `loadMore` (which also tries again what failed). `reload` asks for as much as is shown; what is shown stays until the answer is there.
 */
export function useObjectList<T extends { id: string }>(options: {
  /** What the list depends on: project, filter. */
  key: () => string;
  ask: Ask<T>;
  /** Of a page, at most 100. */
  limit?: number;
}) {
  const { ask, limit = 50 } = options;
  const items = shallowRef<T[]>([]);
  const state = ref<'loading' | 'done' | 'error'>('loading');
  const error = shallowRef<ApiError>();
  const hasMore = ref(false);
  let last: string | null = null;
  let running: AbortController | undefined;

  async function load(read: (signal: AbortSignal) => Promise<Page<T>>): Promise<void> {
    running?.abort();
    const { signal } = (running = new AbortController());
    state.value = 'loading';
    try {
      const page = await read(signal);
      items.value = page.data;
      hasMore.value = page.has_more;
      last = page.last_id;
      error.value = undefined;
      state.value = 'done';
    } catch (thrown) {
      if (isAbort(thrown) || signal.aborted) return; // by a newer question, which sets the state
      error.value = toApiError(thrown);
      state.value = 'error';
    }
  }

  const reload = (): Promise<void> =>
    load((signal) => readMany(ask, { limit, count: items.value.length }, signal));

  async function loadMore(): Promise<void> {
    if (state.value === 'loading') return;
    if (last === null) return reload();
    const after = last;
    await load(async (signal) => {
      const page = await ask({ limit, after }, signal);
      return { ...page, data: [...items.value, ...page.data] };
    });
  }

  /** Puts a changed item in its place, without asking the server. */
  function replace(item: T): void {
    items.value = items.value.map((one) => (one.id === item.id ? item : one));
  }

  /** Takes an item out, without asking the server. */
  function remove(id: string): void {
    items.value = items.value.filter((one) => one.id !== id);
  }

  watch(
    options.key,
    () => {
      items.value = [];
      hasMore.value = false;
      void reload();
    },
    { immediate: true },
  );
  onScopeDispose(() => running?.abort());
  return { items, state, error, hasMore, reload, loadMore, replace, remove };
}
