/**
 * The job of a dataset's version. An attempt has a name of its own (`build_id`), and nobody reads what belongs to
 * another: an attempt that was killed leaves rows that count as nothing, and the next begins from the start, because
 * what a filter finds may have changed since.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import { type DatasetItemRow, insertDatasetItems } from '../../collector/append/dataset-items.ts';
import { countDatasetItems } from '../../collector/queries/list-dataset-items.ts';
import type { RegistryEntry } from '../../collector/registry/view.ts';
import type { EvalsContext } from '../context.ts';
import { defineJob, PermanentError } from '../jobs/runner.ts';
import { createPlacing } from './placing.ts';
import { createProblems, type Problems } from './problems.ts';
import { type Build, readSourceItems } from './source-items.ts';

const BUILDS = 2;
const BATCH_ROWS = 500;
const BATCH_BYTES = 4_000_000;
const MAX_ITEMS = 1_000_000;
/** A batch is tried again for about a minute, as a restart of the database takes; then the whole attempt is. */
const INSERT_TRIES = 12;
const BACKOFF_MAX_MS = 8_000;

export const datasetVersionJob = defineJob({
  kind: 'dataset_version',
  concurrency: BUILDS,
  isOpen: ({ status }) => status === 'queued' || status === 'in_progress',
  run: build,
  toFailed: (error) => ({
    status: 'failed' as const,
    problems: [error.message, ...(error instanceof BuildError ? error.problems : [])].slice(0, 100),
  }),
});

/** Why there is no version, and what of its source was left out before. */
class BuildError extends PermanentError {
  readonly problems: readonly string[];

  constructor(code: string, message: string, problems: Problems) {
    super(code, message);
    this.problems = problems.list();
  }
}

async function build(
  context: EvalsContext,
  open: RegistryEntry<'dataset_version'>,
  signal: AbortSignal,
): Promise<void> {
  // Asked before anything is noted: while the database is away no attempt leaves a revision, with all its source in it.
  const { dataset_id, version } = open.body;
  const place = { dataset_id, version, build_id: open.body.build_id };
  await countDatasetItems(await context.store(), open.project_id, place, signal);
  const begun = { status: 'in_progress', build_id: `build_${uuidv7()}` } as const;
  const entry = await context.writer.revise(open, begun, 'building');
  const problems = createProblems();
  const items = await insertAll({ context, entry, problems, signal });
  signal.throwIfAborted();
  if (items === 0 && entry.body.source.type !== 'edit') {
    throw new BuildError('no_items', 'Nothing in the source makes an item.', problems);
  }
  const { build_id } = entry.body;
  const stored = await countDatasetItems(
    await context.store(),
    entry.project_id,
    { dataset_id, version, build_id },
    signal,
  );
  // Never seen; but what says `completed` is relied upon by all that is made of it.
  if (stored.rows !== items || stored.positions !== items) {
    throw new Error(`${stored.rows} rows at ${stored.positions} places instead of ${items} items`);
  }
  await context.writer.revise(entry, { status: 'completed', items, problems: problems.list() }, 'completed');
}

/** Gives every item its place, and stores it. @returns how many there are */
async function insertAll(job: Build): Promise<number> {
  const { entry } = job;
  const { dataset_id, version, build_id } = entry.body;
  const common = {
    project_id: entry.project_id,
    dataset_id,
    version,
    build_id,
    at: new Date().toISOString(),
  };
  const place = createPlacing(job.problems);
  let batch: DatasetItemRow[] = [];
  let [bytes, batches] = [0, 0];
  const flush = async (): Promise<void> => {
    await insertUntilStored(job, batch, `dataset-${build_id}-${batches++}`);
    batch = [];
    bytes = 0;
  };
  for await (const each of readSourceItems(job)) {
    const placed = place(each);
    if (!placed) continue;
    batch.push({ ...common, ...placed });
    bytes += placed.item.length;
    if (batch.length >= BATCH_ROWS || bytes >= BATCH_BYTES) await flush();
    if (placed.position >= MAX_ITEMS) {
      throw new PermanentError('too_many_items', `A version holds at most ${MAX_ITEMS} items.`);
    }
  }
  if (batch.length > 0) await flush();
  return place.count();
}

/** The same rows under the same token, so that a batch whose answer was lost is not stored a second time. */
async function insertUntilStored(
  { context, signal }: Build,
  rows: readonly DatasetItemRow[],
  token: string,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await insertDatasetItems(await context.store(), rows, token, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (attempt === INSERT_TRIES) throw error;
      await delay(Math.min(250 * 2 ** attempt, BACKOFF_MAX_MS), undefined, { signal });
    }
  }
}
