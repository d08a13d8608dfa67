/** The first items of what an evaluation is about: they name the placeholders, and criteria are tried on them. */
import { useQuery } from '@pinia/colada';
import { computed, ref, watch, type Ref } from 'vue';
import { getCall, listCalls } from '../../../contract/calls.ts';
import { listDatasetItems } from '../../../contract/datasets.ts';
import { toKeptFilter } from '../calls/call-source.ts';
import { call } from '../client/call.ts';
import { toCallItem } from './call-item.ts';
import type { Item } from './placeholders.ts';
import type { RunDraft } from './run-source.ts';

const SHOWN = 10;

export type ItemSource = Pick<RunDraft, 'from' | 'dataset_id' | 'version' | 'calls'>;

async function askItems(project_id: string, source: ItemSource, signal: AbortSignal): Promise<Item[]> {
  if (source.from === 'dataset') {
    const query = { limit: SHOWN, ...(source.version > 0 ? { version: source.version } : {}) };
    const params = { project_id, dataset_id: source.dataset_id };
    return (await call(listDatasetItems, { params, query, signal })).data.map(({ item }) => item);
  }
  const query = { ...toKeptFilter(source.calls, Date.now()), limit: SHOWN };
  const { calls } = await call(listCalls, { params: { project_id }, query, signal });
  const details = calls.map(({ trace_id, span_id }) =>
    call(getCall, { params: { project_id, trace_id, span_id }, signal }),
  );
  return (await Promise.all(details)).map(toCallItem);
}

export function useSampleItems(projectId: Ref<string>, source: Ref<ItemSource>) {
  const chosen = computed(() => source.value.from === 'calls' || source.value.dataset_id !== '');
  const key = computed(() => {
    const { from, dataset_id, version, calls } = source.value;
    return JSON.stringify(from === 'dataset' ? [dataset_id, version] : calls);
  });
  const found = useQuery({
    key: () => ['sample-items', projectId.value, key.value],
    query: ({ signal }) => askItems(projectId.value, source.value, signal),
    enabled: () => chosen.value,
  });
  const index = ref(0);
  watch(key, () => (index.value = 0));
  const items = computed(() => (chosen.value ? (found.data.value ?? []) : []));
  return {
    items,
    index,
    item: computed<Item | undefined>(() => items.value[index.value]),
    loading: computed(() => chosen.value && found.asyncStatus.value === 'loading' && !found.data.value),
    failed: computed(() => found.status.value === 'error'),
  };
}

export type SampleItems = ReturnType<typeof useSampleItems>;
