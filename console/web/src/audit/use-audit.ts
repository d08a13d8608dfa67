/** The revisions of a project, page by page, newest first. */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import { listAudit, type AuditItem } from '../../../contract/audit.ts';
import { isAbort, toApiError, type ApiError } from '../client/api-error.ts';
import { call } from '../client/call.ts';
import type { AuditView } from './audit-view.ts';

const PAGE = 100;

export function useAudit(projectId: Ref<string>, view: Ref<AuditView>) {
  const items = shallowRef<AuditItem[]>([]);
  const kinds = shallowRef<string[]>([]);
  const actors = shallowRef<{ id: string; name: string }[]>([]);
  const state = ref<'loading' | 'done' | 'error'>('loading');
  const error = shallowRef<ApiError>();
  const cursor = ref<number | null>(null);
  let running: AbortController | undefined;

  async function load(before: readonly AuditItem[], from: number | undefined): Promise<void> {
    running?.abort();
    const { signal } = (running = new AbortController());
    state.value = 'loading';
    const { kind, id, actor, jobs } = view.value;
    try {
      const answer = await call(listAudit, {
        params: { project_id: projectId.value },
        query: { kind, id, actor, people_only: jobs ? 'false' : 'true', limit: PAGE, cursor: from },
        signal,
      });
      items.value = [...before, ...answer.revisions];
      kinds.value = answer.kinds;
      actors.value = answer.actors;
      cursor.value = answer.next_cursor;
      error.value = undefined;
      state.value = 'done';
    } catch (thrown) {
      if (isAbort(thrown) || signal.aborted) return; // by a newer question, which sets the state
      error.value = toApiError(thrown);
      state.value = 'error';
    }
  }

  const reload = (): Promise<void> => load([], undefined);

  async function loadMore(): Promise<void> {
    if (state.value === 'loading') return;
    await (items.value.length === 0 || cursor.value === null ? reload() : load(items.value, cursor.value));
  }

  watch(
    () => JSON.stringify([projectId.value, { ...view.value, seq: 0 }]),
    () => {
      items.value = [];
      void reload();
    },
    { immediate: true },
  );
  onScopeDispose(() => running?.abort());
  return { items, kinds, actors, state, error, cursor, reload, loadMore };
}
