/** How runs came out: asked of the database, and remembered for those that change no more. */
import { getRunSummaries, type RunSummary } from '../../../collector/queries/eval-run-summary.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import type { ConsoleContext } from '../context.ts';

type RunEntry = RegistryEntry<'eval_run'>;

const MAX_REMEMBERED = 2_000;
/** An item that was under way when its run was ended may still come in. */
const SETTLED_MS = 60_000;

const remembered = new Map<string, RunSummary>();

/** By run; runs of one project. @throws AppError store_unavailable */
export async function findRunSummaries(
  context: ConsoleContext,
  project_id: string,
  runs: readonly RunEntry[],
): Promise<Map<string, RunSummary>> {
  const begun = runs.filter(({ body }) => body.total > 0);
  const unknown = begun.filter(({ id }) => !remembered.has(id));
  const known = begun.flatMap(({ id }) => {
    const summary = remembered.get(id);
    return summary ? [[id, summary] as const] : [];
  });
  if (unknown.length === 0) return new Map(known);
  const ids = unknown.map(({ id }) => id);
  const fresh = await getRunSummaries(await context.store(), project_id, ids);
  if (remembered.size > MAX_REMEMBERED) remembered.clear();
  for (const { id, body } of unknown) {
    const summary = fresh.get(id);
    const isSettled = body.finished_at !== null && Date.now() - Date.parse(body.finished_at) > SETTLED_MS;
    if (summary && isSettled) remembered.set(id, summary);
  }
  return new Map([...known, ...fresh]);
}
