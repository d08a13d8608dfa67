/**
 * Which contents on disk are still somebody's: files with the same bytes share them. An upload and a deletion of the
 * same bytes may meet, since neither writing nor removing them is one step.
 */
import { AppError } from '../../../errors.ts';
import type { Registry } from '../../../collector/registry/store.ts';
import type { ConsoleContext } from '../context.ts';

type Keeping = Pick<ConsoleContext, 'registry' | 'contents'>;

const removals = new WeakMap<Registry, Map<string, Promise<void>>>();

/** Removes a content unless something has it. Called right after the file that had it was given up. */
export async function releaseContent(
  { registry, contents }: Keeping,
  project_id: string,
  sha256: string,
): Promise<void> {
  if (isHeld(registry, project_id, sha256)) return;
  const key = `${project_id}/${sha256}`;
  const pending = removals.get(registry) ?? new Map<string, Promise<void>>();
  removals.set(registry, pending);
  const removing = contents.remove(project_id, sha256).finally(() => pending.delete(key));
  pending.set(key, removing);
  await removing;
}

/**
 * Makes sure that the content of a file which has just been appended is there: a removal that began before the file
 * was known may have taken it along. @throws AppError store_unavailable where it did
 */
export async function confirmContent(
  { registry, contents }: Keeping,
  project_id: string,
  sha256: string,
): Promise<void> {
  await removals.get(registry)?.get(`${project_id}/${sha256}`);
  try {
    (await contents.read(project_id, sha256)).destroy();
  } catch (cause) {
    throw new AppError('store_unavailable', 'The upload could not be kept. Send it again.', { cause });
  }
}

/** Removes contents that nothing holds (any more): a process was killed before it could say whose they are. */
export async function sweepContents({ registry, contents }: Keeping): Promise<void> {
  const { view } = registry;
  const held = new Set<string>();
  for (const { project_id, body } of view.list('file')) {
    if (body.status !== 'deleted') held.add(`${project_id}/${body.sha256}`);
  }
  for (const { project_id, body } of view.list('eval_run')) {
    if (body.status !== 'deleted') held.add(`${project_id}/${body.items_sha256}`);
  }
  // What has come since is asked for one by one: looking through all files for each of them takes their square.
  await contents.sweep(
    (project_id, sha256) => held.has(`${project_id}/${sha256}`) || isHeld(registry, project_id, sha256),
  );
}

/** Whether a file of the project has this content, or a run has its items in it. */
function isHeld({ view }: Registry, project_id: string, sha256: string): boolean {
  const isOurs = (entry: { project_id: string; body: { status: string } }): boolean =>
    entry.project_id === project_id && entry.body.status !== 'deleted';
  return (
    view.list('file').some((entry) => entry.body.sha256 === sha256 && isOurs(entry)) ||
    view.list('eval_run').some((entry) => entry.body.items_sha256 === sha256 && isOurs(entry))
  );
}
