/** The audit log: a view of the registry's revisions. */
import { AppError } from '../../../errors.ts';
import {
  REGISTRY_KINDS,
  type RegistryBody,
  type RegistryKind,
  type Revision,
} from '../../../collector/record/registry.ts';
import type { Registry } from '../../../collector/registry/store.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import * as contract from '../../contract/audit.ts';
import { defineEndpoint } from '../endpoint.ts';
import { findChanges } from '../managed/changes.ts';
import { listOwn, toActorName } from '../managed/object.ts';
import { refuseTakenName } from './prompts.ts';

/** What an older state may be made the newest of: definitions, not what happened (a run, a file, a key). */
const RESTORABLE: readonly RegistryKind[] = ['prompt', 'vector_store', 'dataset', 'eval', 'eval_schedule'];
/** Rooms and commands; everybody else is a person or a key. */
const ROOMS = ['evals', 'system'];
/** Says nothing to a reader, and may help a guesser. */
const HIDDEN = ['hash'];
const GONE = ['archived', 'deleted', 'revoked'];

function toItem(registry: Registry, revision: Revision, before: Revision | undefined): contract.AuditItem {
  const { seq, kind, id, actor, reason, at } = revision;
  return {
    seq,
    kind,
    id,
    title: toTitle(registry, revision),
    revision: revision.revision,
    action: toAction(revision, before),
    actor,
    actor_name: toActorName(registry, actor),
    reason,
    at,
  };
}

/** A version is known by what it is a version of: `greeting @2`. */
function toTitle({ view }: Registry, { kind, id, body }: Revision): string {
  const [whole = '', version] = id.split('@');
  if (kind === 'prompt_version') return `${view.find('prompt', whole)?.body.name ?? whole} @${version}`;
  if (kind === 'dataset_version') return `${view.find('dataset', whole)?.body.name ?? whole} @${version}`;
  if (kind === 'vector_store_file') {
    const { file_id, vector_store_id } = body as { file_id: string; vector_store_id: string };
    const [file, store] = [view.find('file', file_id), view.find('vector_store', vector_store_id)];
    if (file && store) return `${file.body.filename} (${store.body.name || store.id})`;
  }
  const named = body as { name?: string; filename?: string };
  return named.name || named.filename || id;
}

const statusOf = ({ body }: Revision): string => (body as { status?: string }).status ?? '';

function toAction(revision: Revision, before: Revision | undefined): contract.AuditItem['action'] {
  if (!before) return 'created';
  const [now, then] = [statusOf(revision), statusOf(before)];
  if (now === then || !(GONE.includes(now) || GONE.includes(then))) return 'changed';
  if (now === 'revoked') return 'revoked';
  return GONE.includes(now) ? 'archived' : 'restored';
}

const listAudit = defineEndpoint(contract.listAudit, ({ registry }, { params, query }) => {
  const { project_id } = params;
  const { kind, id, actor, people_only, limit, cursor } = query;
  const page = registry.history.list({
    project_id,
    ...(kind === undefined ? {} : { kind }),
    ...(id === undefined ? {} : { id }),
    ...(actor === undefined ? {} : { actor }),
    without_actors: people_only === 'true' ? ROOMS : [],
    before_seq: cursor,
    limit: limit + 1,
  });
  const shown = page.slice(0, limit);
  return {
    revisions: shown.map((each) => toItem(registry, each, registry.history.findBefore(each))),
    next_cursor: page.length > limit ? (shown.at(-1)?.seq ?? null) : null,
    kinds: REGISTRY_KINDS.filter((each) => listOwn(registry, each, project_id).length > 0),
    actors: registry.history
      .listActors(project_id)
      .map((each) => ({ id: each, name: toActorName(registry, each) })),
  };
});

/** @throws AppError not_found, also for a revision of another project */
function getRevision(registry: Registry, project_id: string, seq: string): Revision {
  const revision = /^\d{1,15}$/.test(seq) ? registry.history.find(Number(seq)) : undefined;
  if (revision?.project_id !== project_id) throw new AppError('not_found', 'There is no such revision.');
  return revision;
}

const withoutHidden = (body: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !HIDDEN.includes(name)));

const getAudit = defineEndpoint(contract.getAudit, ({ registry }, { params }) => {
  const revision = getRevision(registry, params.project_id, params.seq);
  const previous = registry.history.findBefore(revision);
  const body = withoutHidden(revision.body);
  const before = previous ? withoutHidden(previous.body) : null;
  const newest = registry.view.find(revision.kind, revision.id)?.revision;
  return {
    revision: toItem(registry, revision, previous),
    body,
    before,
    changes: findChanges(before ?? {}, body),
    restorable: RESTORABLE.includes(revision.kind) && newest !== revision.revision,
    current_revision: newest ?? revision.revision,
  };
});

const restoreRevision = defineEndpoint(contract.restoreRevision, ({ registry }, { params, body, caller }) => {
  const revision = getRevision(registry, params.project_id, params.seq);
  const { kind, id, project_id } = revision;
  if (!RESTORABLE.includes(kind)) {
    throw new AppError('invalid_body', `What a ${kind.replaceAll('_', ' ')} was cannot be made what it is.`);
  }
  const now = registry.view.find(kind, id);
  refuseLost(registry, revision, now);
  const state = kind === 'prompt' ? withAllVersions(revision, now?.body) : revision.body;
  const restored = registry.append({
    kind,
    id,
    project_id,
    body: state as never,
    actor: caller.actor,
    reason: `restored revision ${revision.revision}`,
    expected_revision: body.expected_revision,
  });
  return { revision: toItem(registry, restored, registry.history.findBefore(restored)) };
});

/** @throws AppError where the older state can no longer be true */
function refuseLost(
  registry: Registry,
  { kind, id, project_id, body }: Revision,
  now: RegistryEntry | undefined,
) {
  if (now?.kind === 'vector_store' && now.body.status === 'deleted') {
    throw new AppError('invalid_body', 'The chunks of a deleted source are gone; make it anew.');
  }
  const prompt = kind === 'prompt' ? (body as RegistryBody<'prompt'>) : undefined;
  if (prompt?.status === 'active') refuseTakenName(registry, project_id, prompt.name, id);
}

/** A prompt's older state points at fewer versions, but those published since are still there. */
function withAllVersions(revision: Revision, now: object | undefined): object {
  const { latest_version } = (now ?? revision.body) as { latest_version: number };
  return { ...revision.body, latest_version };
}

export const auditEndpoints = [listAudit, getAudit, restoreRevision];
