/** The rows of the list: pages by cursor, new calls put in their places. */
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import { listCalls, type CallListItem } from '../../../contract/calls.ts';
import { isAbort, toApiError, type ApiError } from '../client/api-error.ts';
import { call } from '../client/call.ts';
import { toCallFilter, toCallId, toFilterKey, type CallFilterQuery, type CallView } from './call-view.ts';
import { mergeRows } from './row-order.ts';

const PAGE = 200;
/** About 20 MB of rows; beyond that a narrower question serves better than more scrolling. */
const MAX_ROWS = 20_000;

/** Asks for pages; a new question ends the one before. */
function createAsking(projectId: Ref<string>, filter: Ref<CallFilterQuery>) {
  let running: AbortController | undefined;
  return {
    ask(more: { cursor?: string; from?: string }) {
      running?.abort();
      running = new AbortController();
      const params = { project_id: projectId.value };
      return call(listCalls, {
        params,
        query: { ...filter.value, ...more, limit: PAGE },
        signal: running.signal,
      });
    },
    stop: () => running?.abort(),
  };
}

export function useCallList(projectId: Ref<string>, view: Ref<CallView>) {
  const rows = shallowRef<CallListItem[]>([]);
  const state = ref<'idle' | 'loading' | 'done' | 'error'>('idle');
  const error = shallowRef<ApiError>();
  const cursor = ref<string | null>(null);
  /** The moment that a relative range counts back from. */
  const now = ref(Date.now());
  const filter = computed(() => toCallFilter(view.value, now.value));
  const full = computed(() => rows.value.length >= MAX_ROWS);
  const { ask, stop } = createAsking(projectId, filter);
  /** Whether it is a further page that is being loaded. */
  const more = ref(false);
  let loading = Promise.resolve();

  async function load(before: readonly CallListItem[], from: { cursor?: string }): Promise<void> {
    state.value = 'loading';
    more.value = before.length > 0;
    try {
      const answer = await ask(from);
      rows.value = mergeRows(before.length > 0 ? rows.value : [], answer.calls, false);
      cursor.value = answer.next_cursor;
      error.value = undefined;
      state.value = 'done';
    } catch (thrown) {
      if (isAbort(thrown)) return; // by a newer question, which sets the state
      // Rows of another question must not stand there as if they were the answer to this one.
      rows.value = [...before];
      error.value = toApiError(thrown);
      state.value = 'error';
    }
  }

  /** Asks again from the top; what is shown stays until the answer is there. */
  function reload(): Promise<void> {
    now.value = Date.now();
    return (loading = load([], {}));
  }

  async function loadNext(): Promise<void> {
    if (state.value === 'loading' || cursor.value === null || full.value) return;
    await (loading = load(rows.value, { cursor: cursor.value }));
  }

  /** Puts calls that came by themselves in their places. */
  function add(calls: readonly CallListItem[]): void {
    if (calls.length > 0) rows.value = mergeRows(rows.value, calls, cursor.value !== null);
  }

  /** Changes what is shown of one call, without asking the server. */
  const change = (id: string, patch: Partial<CallListItem>): void =>
    void (rows.value = rows.value.map((row) => (toCallId(row) === id ? { ...row, ...patch } : row)));

  /** Calls stored since the newest row: what a live stream may have missed before it began. */
  async function findMissed(): Promise<CallListItem[]> {
    await loading;
    if (state.value !== 'done') return [];
    const newest = rows.value[0]?.started_at;
    const known = new Set(rows.value.map(toCallId));
    try {
      const { calls } = await ask(newest ? { from: newest } : {});
      return calls.filter((one) => !known.has(toCallId(one)));
    } catch {
      return []; // the stream goes on; the next reload has them
    }
  }

  watch(
    () => `${projectId.value} ${toFilterKey(view.value)}`,
    () => void reload(),
    { immediate: true },
  );
  onScopeDispose(stop);
  return { rows, state, error, more, cursor, filter, full, reload, loadNext, add, change, findMissed };
}
