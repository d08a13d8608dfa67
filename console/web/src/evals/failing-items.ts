/** Gathers the items of a run that failed, to put them into a dataset. */
import { listOutputItems, type OutputItem } from '../../../contract/eval-runs.ts';
import { call } from '../client/call.ts';

/** Of one version's change. */
export const MOST_ADDED = 1000;
type Params = { project_id: string; eval_id: string; run_id: string };
export type AddedItem = { item: Record<string, unknown>; trace_id?: string; span_id?: string };

/** At most `MOST_ADDED`, in the order of the run, as a version of a dataset takes them. */
export async function gatherFailing(params: Params): Promise<AddedItem[]> {
  const found: OutputItem[] = [];
  for (const status of ['fail', 'error'] as const) {
    let after: string | undefined;
    do {
      const query = { status, limit: 100, ...(after ? { after } : {}) };
      const page = await call(listOutputItems, { params, query });
      found.push(...page.data);
      after = page.has_more && page.last_id !== null ? page.last_id : undefined;
    } while (after && found.length < MOST_ADDED);
  }
  return found
    .toSorted((a, b) => a.datasource_item_id - b.datasource_item_id)
    .slice(0, MOST_ADDED)
    .map(({ datasource_item: item }) => ({ item }));
}
