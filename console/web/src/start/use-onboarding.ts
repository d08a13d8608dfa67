/** The onboarding facts of a project, kept fresh: by the live stream at once, by polling where that is not up. */
import { useQuery } from '@pinia/colada';
import { useIntervalFn } from '@vueuse/core';
import { computed, shallowRef, watch, type Ref } from 'vue';
import type { SpanListItem } from '../../../contract/calls.ts';
import { getOnboarding, sendTestCall } from '../../../contract/onboarding.ts';
import { toApiError, type ApiError } from '../client/api-error.ts';
import { call } from '../client/call.ts';
import { useLiveCalls } from '../client/live-calls.ts';

const POLL_MS = 2000;

export function useOnboarding(projectId: Ref<string>) {
  const facts = useQuery({
    key: () => ['onboarding', projectId.value],
    query: ({ signal }) => call(getOnboarding, { params: { project_id: projectId.value }, signal }),
    staleTime: 0,
  });
  const newest = shallowRef<SpanListItem>();
  const testError = shallowRef<ApiError>();
  const testing = shallowRef(false);

  useLiveCalls(projectId, {
    calls: (calls) => {
      newest.value = calls.at(-1);
      if (!facts.data.value?.first_call) void facts.refetch();
    },
    gap: () => {},
  });
  // Rejected attempts are no calls of the project, so they come by polling only.
  useIntervalFn(() => {
    if (!document.hidden && facts.asyncStatus.value === 'idle') void facts.refetch();
  }, POLL_MS);

  /** The newest call known, by whichever way it came. */
  const latest = computed(() => {
    const known = [newest.value, facts.data.value?.first_call].filter(
      (one) => one !== undefined && one !== null,
    );
    return known.toSorted((a, b) => (a.started_at < b.started_at ? 1 : -1))[0];
  });
  /** Whether there was none yet when the page opened: then the one that comes is the first. */
  const sawNone = shallowRef(false);
  watch(
    () => facts.data.value,
    (now, before) => {
      if (now && !before) sawNone.value = now.first_call === null;
    },
    { immediate: true },
  );

  async function sendTest(): Promise<void> {
    testing.value = true;
    testError.value = undefined;
    try {
      await call(sendTestCall, { params: { project_id: projectId.value } });
      await facts.refetch();
    } catch (thrown) {
      testError.value = toApiError(thrown);
    }
    testing.value = false;
  }

  return { facts, latest, sawNone, sendTest, testing, testError };
}
