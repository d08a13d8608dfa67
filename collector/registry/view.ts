/**
 * The registry's state in memory: the newest revision of everything, with the look-ups that a request needs. It
 * reads no disk and asks nobody, so a look-up is a map access.
 */
import { EventEmitter } from 'node:events';
import type { RegistryBody, RegistryKind, Revision } from '../record/registry.ts';
import { revisionHash } from './chain.ts';

/** The newest state of one object. */
export type RegistryEntry<K extends RegistryKind = RegistryKind> = {
  [P in K]: {
    kind: P;
    id: string;
    project_id: string;
    revision: number;
    body: RegistryBody<P>;
    /** ISO 8601 UTC: its first revision, and this one. */
    created_at: string;
    updated_at: string;
    /** Who made its first revision. */
    created_by: string;
  };
}[K];

/** All of a view, as it is kept on disk. */
export type RegistrySnapshot = { seq: number; head: string; entries: RegistryEntry[] };

export type RegistryView = {
  /** Seq of the newest revision in here; 0 = none. */
  readonly seq: number;
  /** Hash of the chain up to here; '' while unknown. */
  readonly head: string;
  /** Takes in revisions in order; those already known are skipped. @throws if one is missing between. */
  apply(revisions: readonly Revision[]): void;
  /** Replaces everything. */
  load(snapshot: RegistrySnapshot): void;
  toSnapshot(): RegistrySnapshot;
  /** A key that may be used now (active, not expired, of an active project), by its hash (keys/token.ts). */
  findKey(hash: string): RegistryEntry<'key'> | undefined;
  /** Likewise for an ingest token. */
  findIngestToken(hash: string): RegistryEntry<'ingest_token'> | undefined;
  find<K extends RegistryKind>(kind: K, id: string): RegistryEntry<K> | undefined;
  list<K extends RegistryKind>(kind: K): RegistryEntry<K>[];
  /** The active prompt of that name, else an archived one that has had it. */
  findPromptByName(project_id: string, name: string): RegistryEntry<'prompt'> | undefined;
  /** Every file that is or was in a vector store, oldest first. */
  listStoreFiles(vector_store_id: string): RegistryEntry<'vector_store_file'>[];
  getProject(id: string): RegistryEntry<'project'> | undefined;
  /** Active projects, oldest first. */
  listProjects(): RegistryEntry<'project'>[];
  /** Keys and ingest tokens of a project, revoked ones too, oldest first. */
  listKeys(project_id: string): RegistryEntry<'key' | 'ingest_token'>[];
  /** Active memberships of an account: of the installation (`project_id` '') and of single projects. */
  membersOfAccount(account_id: string): RegistryEntry<'member'>[];
  /** Active members of a project, those of the whole installation included. */
  membersOfProject(project_id: string): RegistryEntry<'member'>[];
  /** Calls `listener` after each change; returns a function that ends it. */
  onChange(listener: () => void): () => void;
  /** True once `seq` is reached, false after `ms`. */
  waitFor(seq: number, ms: number): Promise<boolean>;
};

/** An empty view; with `kinds` it holds only those, whatever passes it. */
export function createRegistryView(kinds?: readonly RegistryKind[]): RegistryView {
  const entries = createEntries();
  const { find, list, findByHash } = entries;
  const events = new EventEmitter().setMaxListeners(0);
  let seq = 0;
  let head = '';

  const isLiveProject = (id: string) => find('project', id)?.body.status === 'active';
  const members = () => list('member').filter((entry) => entry.body.status === 'active');

  return {
    get seq() {
      return seq;
    },
    get head() {
      return head;
    },
    apply(revisions) {
      for (const revision of revisions) {
        if (revision.seq <= seq) continue;
        if (revision.seq !== seq + 1) throw new Error(`registry revision ${seq + 1} is missing`);
        const isHeld = !kinds || kinds.includes(revision.kind);
        if (isHeld) entries.put(toEntry(revision, find(revision.kind, revision.id)));
        seq = revision.seq;
        head = revisionHash(revision);
      }
      events.emit('change');
    },
    load(snapshot) {
      entries.replaceBy(snapshot.entries);
      ({ seq, head } = snapshot);
      events.emit('change');
    },
    toSnapshot: () => ({ seq, head, entries: entries.all() }),
    findKey(hash) {
      const entry = findByHash('key', hash);
      const expires_at = entry?.body.expires_at ?? null;
      if (expires_at !== null && Date.parse(expires_at) <= Date.now()) return undefined;
      return entry && isLiveProject(entry.project_id) ? entry : undefined;
    },
    findIngestToken(hash) {
      const entry = findByHash('ingest_token', hash);
      return entry && isLiveProject(entry.project_id) ? entry : undefined;
    },
    find,
    list,
    findPromptByName: entries.findPrompt,
    listStoreFiles: entries.listStoreFiles,
    getProject: (id) => find('project', id),
    listProjects: () => list('project').filter((entry) => entry.body.status === 'active'),
    listKeys: (project_id) =>
      [...list('key'), ...list('ingest_token')].filter((entry) => entry.project_id === project_id),
    membersOfAccount: (account_id) => members().filter((entry) => entry.body.account_id === account_id),
    membersOfProject: (project_id) =>
      members().filter((entry) => entry.project_id === '' || entry.project_id === project_id),
    onChange(listener) {
      events.on('change', listener);
      return () => void events.off('change', listener);
    },
    waitFor: (target, ms) => waitUntil(events, () => seq >= target, ms),
  };
}

/** The newest entry of each (kind, id), keys and tokens by hash, prompts by name, and files by vector store. */
function createEntries() {
  const kinds = new Map<RegistryKind, Map<string, RegistryEntry>>();
  const promptIds = new Map<string, string>();
  const byHash = new Map<string, RegistryEntry<'key' | 'ingest_token'>>();
  const storeFiles = new Map<string, Map<string, RegistryEntry<'vector_store_file'>>>();
  const mapOf = (kind: RegistryKind) => kinds.get(kind) ?? new Map<string, RegistryEntry>();
  const find = <K extends RegistryKind>(kind: K, id: string) =>
    mapOf(kind).get(id) as RegistryEntry<K> | undefined;
  const put = (entry: RegistryEntry): void => {
    const before = find(entry.kind, entry.id);
    if (before && isKeyLike(before)) byHash.delete(before.body.hash);
    if (isKeyLike(entry)) byHash.set(entry.body.hash, entry);
    kinds.set(entry.kind, mapOf(entry.kind).set(entry.id, entry));
    if (entry.kind === 'prompt') putPrompt(entry);
    if (entry.kind === 'vector_store_file') putStoreFile(entry);
  };
  const findPrompt = (project_id: string, name: string) =>
    find('prompt', promptIds.get(`${project_id} ${name}`) ?? '');
  /** A name is free again once its prompt is archived; then it means the active one. */
  const putPrompt = ({ id, project_id, body }: RegistryEntry<'prompt'>): void => {
    const holder = findPrompt(project_id, body.name);
    const isFree = holder === undefined || holder.body.status !== 'active';
    if (body.status === 'active' || isFree) promptIds.set(`${project_id} ${body.name}`, id);
  };
  const putStoreFile = (entry: RegistryEntry<'vector_store_file'>): void => {
    const { vector_store_id } = entry.body;
    const files = storeFiles.get(vector_store_id) ?? new Map<string, typeof entry>();
    storeFiles.set(vector_store_id, files.set(entry.id, entry));
  };
  return {
    put,
    find,
    findPrompt,
    listStoreFiles: (vector_store_id: string) => [...(storeFiles.get(vector_store_id)?.values() ?? [])],
    list: <K extends RegistryKind>(kind: K) => [...mapOf(kind).values()] as RegistryEntry<K>[],
    all: () => [...kinds.values()].flatMap((map) => [...map.values()]),
    /** Only while it is active. */
    findByHash<K extends 'key' | 'ingest_token'>(kind: K, hash: string) {
      const entry = byHash.get(hash);
      if (entry?.kind !== kind || entry.body.status !== 'active') return undefined;
      return entry as RegistryEntry<K>;
    },
    replaceBy(all: readonly RegistryEntry[]): void {
      kinds.clear();
      byHash.clear();
      promptIds.clear();
      storeFiles.clear();
      all.forEach(put);
    },
  };
}

const isKeyLike = (entry: RegistryEntry): entry is RegistryEntry<'key' | 'ingest_token'> =>
  entry.kind === 'key' || entry.kind === 'ingest_token';

function toEntry(revision: Revision, before: RegistryEntry | undefined): RegistryEntry {
  const { kind, id, project_id, body, at, actor } = revision;
  const created_at = before?.created_at ?? at;
  const created_by = before?.created_by ?? actor;
  return {
    kind,
    id,
    project_id,
    revision: revision.revision,
    body,
    created_at,
    updated_at: at,
    created_by,
  } as RegistryEntry;
}

function waitUntil(events: EventEmitter, holds: () => boolean, ms: number): Promise<boolean> {
  if (holds()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = (result: boolean): void => {
      clearTimeout(timer);
      events.off('change', check);
      resolve(result);
    };
    const check = (): void => {
      if (holds()) finish(true);
    };
    const timer = setTimeout(finish, ms, false);
    events.on('change', check);
  });
}
