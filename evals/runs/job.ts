/**
 * The job of a run: fix its items, do those that have no result yet, and say how it ended. It may be killed anywhere:
 * the next attempt finds the items on disk and the results in the database.
 */
import type { EvalResultRow } from '../../collector/append/eval-results.ts';
import { listDonePositions } from '../../collector/queries/eval-run-progress.ts';
import { listErrorReasons } from '../../collector/queries/eval-run-reasons.ts';
import { getRunSummaries } from '../../collector/queries/eval-run-summary.ts';
import type { Store } from '../../collector/store/client.ts';
import type { RegistryEntry } from '../../collector/registry/view.ts';
import { AppError } from '../../errors.ts';
import type { EvalsContext } from '../context.ts';
import { defineJob, PermanentError } from '../jobs/runner.ts';
import { gradeRunItem } from './grade-run-item.ts';
import { keepItems, type PlacedItem, readItems } from './items.ts';
import { resolveItems } from './resolve.ts';
import { type Run, toRun } from './run.ts';
import { groupSize, mendScores, saveGroup } from './save.ts';

/** Runs at a time, and items of each. */
const RUNS = 2;
const ITEMS = 8;

const now = (): string => new Date().toISOString();

export const evalRunJob = defineJob({
  kind: 'eval_run',
  concurrency: RUNS,
  isOpen: ({ status }) => status === 'queued' || status === 'in_progress',
  run: doRun,
  toFailed: ({ code, message }) => ({
    status: 'failed' as const,
    error: { code, message },
    finished_at: now(),
  }),
});

async function doRun(
  context: EvalsContext,
  queued: RegistryEntry<'eval_run'>,
  signal: AbortSignal,
): Promise<void> {
  const isNew = queued.body.status === 'queued';
  const entry = isNew ? await begin(context, queued, signal) : queued;
  const run = toRun(context, entry, !isNew);
  const store = await context.store();
  await mendScores(store, run, signal);
  await doItems(store, run, signal);
  signal.throwIfAborted();
  await finish(store, run, entry);
}

/** Fixes the items. @throws PermanentError where there are none */
async function begin(
  context: EvalsContext,
  entry: RegistryEntry<'eval_run'>,
  signal: AbortSignal,
): Promise<RegistryEntry<'eval_run'>> {
  const { project_id, body } = entry;
  let { items_sha256, total } = body;
  if (items_sha256 === '') {
    const kept = await keepItems(context.contents, project_id, resolveItems(toRun(context, entry), signal));
    ({ sha256: items_sha256, total } = kept);
  }
  if (total === 0) throw new PermanentError('no_items', 'The source has no items.');
  return context.writer.revise(entry, { status: 'in_progress', items_sha256, total }, 'started');
}

/** Does what has no result yet, several items side by side; a group is saved when the last of its items is done. */
async function doItems(store: Store, run: Run, signal: AbortSignal): Promise<void> {
  const done = await listDonePositions(store, run.project_id, run.run_id);
  const items = readOpen(run, done);
  const groups = createGroups(run);
  // The first failure ends all workers: what they have under way is saved or left for the next attempt.
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  const work = async (): Promise<void> => {
    try {
      for await (const item of items) {
        if (either.aborted) return;
        const whole = groups.add(await gradeRunItem(run, item, either));
        if (whole) await saveGroup(store, run, whole, either);
      }
    } catch (error) {
      ending.abort(error);
      throw error;
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: ITEMS }, work));
  await items.return(undefined);
  signal.throwIfAborted();
  if (settled.some(({ status }) => status === 'rejected')) throw ending.signal.reason;
}

/** The run's items without those that are done; a group is done as a whole or not at all. */
async function* readOpen(
  { context, project_id, body }: Run,
  done: ReadonlySet<number>,
): AsyncGenerator<PlacedItem> {
  for await (const item of readKept(context, project_id, body.items_sha256)) {
    if (!done.has(item.position)) yield item;
  }
}

/** Collects rows; `add` gives a group, by position, when its last row came. */
function createGroups({ body }: Run) {
  const size = groupSize(body);
  const open = new Map<number, EvalResultRow[]>();
  return {
    add(row: EvalResultRow): { group: number; rows: EvalResultRow[] } | undefined {
      const group = Math.floor(row.position / size);
      const rows = [...(open.get(group) ?? []), row];
      open.set(group, rows);
      if (rows.length < Math.min(size, body.total - group * size)) return undefined;
      open.delete(group);
      return { group, rows: rows.toSorted((a, b) => a.position - b.position) };
    },
  };
}

/** @throws PermanentError where the items are not on this machine (any more) */
async function* readKept(
  { contents }: EvalsContext,
  project_id: string,
  sha256: string,
): AsyncGenerator<PlacedItem> {
  try {
    yield* readItems(contents, project_id, sha256);
  } catch (error) {
    const isGone = error instanceof AppError && error.code === 'not_found';
    throw isGone
      ? new PermanentError('items_lost', 'The items of this run are not on this machine any more.')
      : error;
  }
}

/** @throws PermanentError where nothing could be judged, for one reason alone */
async function finish(store: Store, run: Run, entry: RegistryEntry<'eval_run'>): Promise<void> {
  const { context, project_id, run_id, body } = run;
  const summary = (await getRunSummaries(store, project_id, [run_id])).get(run_id);
  const { passed = 0, failed = 0, errored = 0 } = summary ?? {};
  if (passed + failed + errored !== body.total) throw new Error(`run ${run_id} lacks results`);
  if (errored === body.total) {
    const [first, ...others] = await listErrorReasons(store, project_id, run_id);
    if (first && others.length === 0) throw new PermanentError('every_item_failed', first.reason);
  }
  const change = { status: 'completed', error: null, finished_at: now() } as const;
  await context.writer.revise(
    entry,
    change,
    `completed: ${passed} passed, ${failed} failed, ${errored} in error`,
  );
}
