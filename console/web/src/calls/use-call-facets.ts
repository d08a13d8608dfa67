/** Counts and sums beside the list. */
import { useQuery } from '@pinia/colada';
import { useThrottleFn } from '@vueuse/core';
import type { Ref } from 'vue';
import { listCallFacets } from '../../../contract/calls.ts';
import { call } from '../client/call.ts';
import { toFilterKey, type CallFilterQuery, type CallView } from './call-view.ts';

const LIVE_REFRESH_MS = 3000;

export function useCallFacets(projectId: Ref<string>, view: Ref<CallView>, filter: Ref<CallFilterQuery>) {
  const facets = useQuery({
    key: () => ['facets', projectId.value, toFilterKey(view.value)],
    query: ({ signal }) =>
      call(listCallFacets, { params: { project_id: projectId.value }, query: filter.value, signal }),
    // The numbers of the question before stay until the new ones are there: nothing jumps.
    placeholderData: (before) => before,
    staleTime: 0,
  });
  /** After new calls; at most once in three seconds, however many come. */
  const refreshSoon = useThrottleFn(() => void facets.refetch(), LIVE_REFRESH_MS, true);
  return { data: facets.data, refresh: facets.refetch, refreshSoon };
}
