/** One run, asked for again while it is under way. */
import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';
import { getRun } from '../../../contract/eval-runs.ts';
import { call } from '../client/call.ts';
import { usePolling } from '../client/use-polling.ts';
import { isUnderWay } from './results.ts';

export function useRun(params: Ref<{ project_id: string; eval_id: string; run_id: string }>) {
  const found = useQuery({
    key: () => ['eval-run', params.value.project_id, params.value.run_id],
    query: ({ signal }) => call(getRun, { params: params.value, signal }),
  });
  const run = computed(() => found.data.value);
  const live = computed(() => run.value !== undefined && isUnderWay(run.value.status));
  usePolling(
    () => live.value,
    () => found.refetch(),
  );
  return { run, live, state: found.state, asyncStatus: found.asyncStatus, refetch: found.refetch };
}
