/** The runs of an evaluation; those under way are asked for again while somebody looks. */
import { computed, type Ref } from 'vue';
import { listRuns } from '../../../contract/eval-runs.ts';
import { call } from '../client/call.ts';
import { useObjectList } from '../client/use-object-list.ts';
import { usePolling } from '../client/use-polling.ts';
import { isUnderWay } from './results.ts';

export function useRuns(projectId: Ref<string>, evalId: Ref<string>) {
  const list = useObjectList({
    key: () => `${projectId.value} ${evalId.value}`,
    ask: (query, signal) =>
      call(listRuns, { params: { project_id: projectId.value, eval_id: evalId.value }, query, signal }),
    limit: 20,
  });
  const live = computed(() => list.items.value.some((run) => isUnderWay(run.status)));
  usePolling(() => live.value, list.reload);
  return { ...list, live };
}

export type Runs = ReturnType<typeof useRuns>;
