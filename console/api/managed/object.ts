/** What the handlers of managed objects share: finding one's own, revising it, and who did it. */
import { AppError } from '../../../errors.ts';
import type { RegistryBody, RegistryKind } from '../../../collector/record/registry.ts';
import type { Registry } from '../../../collector/registry/store.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';

/** @throws AppError not_found, also for an object of another project */
export function getOwn<K extends RegistryKind>(
  registry: Registry,
  kind: K,
  id: string,
  project_id: string,
): RegistryEntry<K> {
  const entry = registry.view.find(kind, id);
  if (entry?.project_id !== project_id) {
    throw new AppError('not_found', `This project has no ${kind.replaceAll('_', ' ')} ${id}.`);
  }
  return entry;
}

/** All of a kind in a project, oldest first. */
export function listOwn<K extends RegistryKind>(
  registry: Registry,
  kind: K,
  project_id: string,
): RegistryEntry<K>[] {
  return registry.view.list(kind).filter((entry) => entry.project_id === project_id);
}

export type Authorship = { actor: string; reason: string };

/** Makes an object. @throws AppError already_exists where the id is taken */
export function createObject<K extends RegistryKind>(
  registry: Registry,
  object: { kind: K; id: string; project_id: string; body: RegistryBody<K> },
  author: Authorship,
): RegistryEntry<K> {
  registry.append({ ...object, ...author, expected_revision: 0 });
  return getOwn(registry, object.kind, object.id, object.project_id);
}

/**
 * Changes an object; members of `change` replace those of its body. Without `expected_revision` the newest state is
 * changed, whatever it is. @throws AppError revision_conflict
 */
export function reviseObject<K extends RegistryKind>(
  registry: Registry,
  entry: RegistryEntry<K>,
  change: Partial<RegistryBody<K>>,
  author: Authorship & { expected_revision?: number | undefined },
): RegistryEntry<K> {
  const { kind, id, project_id, revision, body } = entry as RegistryEntry<K> & { kind: K };
  const { actor, reason, expected_revision = revision } = author;
  const next = { ...body, ...change } as RegistryBody<K>;
  registry.append({ kind, id, project_id, body: next, actor, reason, expected_revision });
  return getOwn(registry, kind, id, project_id);
}

/** ISO 8601 as Unix seconds, as OpenAI's objects have it. */
export const toUnix = (iso: string): number => Math.floor(Date.parse(iso) / 1000);

/** The name of an account, a key or a room, for people to read; its id where it has none (any more). */
export function toActorName(registry: Registry, actor: string): string {
  if (actor.startsWith('acct_')) return registry.accounts.find(actor)?.name ?? actor;
  return registry.view.find('key', actor)?.body.name ?? actor;
}
