/**
 * The registry's writer: append-only revisions in SQLite, compare-and-set by (kind, id, revision). Only the console
 * process opens it; everybody else follows through `tail.ts`.
 */
import { EventEmitter } from 'node:events';
import { AppError } from '../../errors.ts';
import { type RegistryBody, type RegistryKind, type Revision, registryBodies } from '../record/registry.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { revisionHash } from './chain.ts';
import { openDatabase, type RegistryDatabase } from './database.ts';
import { createHistory, type RegistryHistory } from './history.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createRegistryView, type RegistryView } from './view.ts';

/** What an author gives; the registry adds seq, revision, time and hash. */
export type Append<K extends RegistryKind> = {
  kind: K;
  id: string;
  project_id: string;
  body: RegistryBody<K>;
  /** Account id, or 'system'. */
  actor: string;
  reason: string;
  /** The revision the author looked at; 0 to create. */
  expected_revision: number;
};

export type Registry = {
  /** All state in memory, current as of the last append. */
  readonly view: RegistryView;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly history: RegistryHistory;
  /** Random, made with the database: tells one registry from another. */
  readonly genesis: string;
  readonly seq: number;
  /** Durable when it returns. @throws AppError revision_conflict | invalid_body */
  append<K extends RegistryKind>(entry: Append<K>): Revision;
  /** Several appends and account changes, all or none. */
  transaction<T>(work: () => T): T;
  /** Revisions with a higher seq than `seq`, oldest first. */
  revisionsAfter(seq: number, limit?: number): Revision[];
  /** Hash of the chain up to and with `seq`; undefined if there is no such revision. */
  findHead(seq: number): string | undefined;
  /** Takes in what another process (a command) appended. */
  refresh(): void;
  /** Calls `listener` after each commit; returns a function that ends it. */
  onAppend(listener: () => void): () => void;
  /** Reads the whole history; the first line that does not fit, or undefined when all do. */
  verifyChain(): { seq: number; reason: string } | undefined;
  /** How far the copy in ClickHouse is. */
  shippedSeq(): number;
  setShippedSeq(seq: number): void;
  close(): void;
};

type Row = Omit<Revision, 'body'> & { body: string };

/** Opens the registry at `file`. */
export function openRegistry(file: string): Registry {
  const database = openDatabase(file);
  const { db } = database;
  const events = new EventEmitter().setMaxListeners(0);
  const view = createRegistryView();
  const chain = db.prepare('SELECT genesis, seq, head, shipped_seq FROM chain');
  const readChain = () => chain.get() as { genesis: string; seq: number; head: string; shipped_seq: number };
  const after = db.prepare('SELECT * FROM revision WHERE seq > ? ORDER BY seq LIMIT ?');
  const revisionsAfter = (seq: number, limit = -1) => (after.all(seq, limit) as Row[]).map(toRevision);
  const nextPrevHash = db.prepare('SELECT prev_hash FROM revision WHERE seq = ? + 1');
  const insert = createAppender(database, readChain);

  const refresh = (): void => {
    const fresh = revisionsAfter(view.seq);
    if (fresh.length === 0) return;
    view.apply(fresh);
    events.emit('append');
  };
  const transaction = <T>(work: () => T): T => {
    if (db.isTransaction) return work();
    try {
      return database.transaction(work);
    } finally {
      // Also after a failure: what is in the view must be what is on disk, never more.
      refresh();
    }
  };
  view.load({ seq: 0, head: readChain().genesis, entries: [] });
  refresh();

  return {
    view,
    accounts: createAccounts(database),
    sessions: createSessions(db),
    history: createHistory(db),
    genesis: readChain().genesis,
    get seq() {
      return view.seq;
    },
    append: (entry) => transaction(() => insert(entry)),
    transaction,
    revisionsAfter,
    findHead(seq) {
      const { seq: last, head, genesis } = readChain();
      if (seq === last) return head;
      if (seq === 0) return genesis;
      return (nextPrevHash.get(seq) as { prev_hash: string } | undefined)?.prev_hash;
    },
    refresh,
    onAppend(listener) {
      events.on('append', listener);
      return () => void events.off('append', listener);
    },
    verifyChain: () => findBrokenLink(after.iterate(0, -1) as Iterable<Row>, readChain()),
    shippedSeq: () => readChain().shipped_seq,
    setShippedSeq: (seq) => void db.prepare('UPDATE chain SET shipped_seq = ?').run(seq),
    close() {
      if (db.isOpen) db.close();
    },
  };
}

function toRevision(row: Row): Revision {
  return { ...row, body: JSON.parse(row.body) } as Revision;
}

function createAppender({ db }: RegistryDatabase, readChain: () => { seq: number; head: string }) {
  const current = db.prepare('SELECT max(revision) AS revision FROM revision WHERE kind = ? AND id = ?');
  const insert = db.prepare('INSERT INTO revision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const advance = db.prepare('UPDATE chain SET seq = ?, head = ?');
  return <K extends RegistryKind>(entry: Append<K>): Revision => {
    const { kind, id, project_id, actor, reason, expected_revision } = entry;
    const parsed = registryBodies[kind].safeParse(entry.body);
    if (!parsed.success) throw new AppError('invalid_body', `Not a ${kind}: ${parsed.error.message}`);
    const existing = (current.get(kind, id) as { revision: number | null }).revision ?? 0;
    if (existing !== expected_revision) {
      const message = `${kind} ${id} is at revision ${existing}, not ${expected_revision}.`;
      const details = { current_revision: existing };
      throw new AppError('revision_conflict', message, { param: 'expected_revision', details });
    }
    const { seq: last, head } = readChain();
    const seq = last + 1;
    const revision = existing + 1;
    const at = new Date().toISOString();
    const line = { seq, project_id, kind, id, revision, body: parsed.data, actor, reason, at };
    const full = { ...line, prev_hash: head } as Revision;
    const body = JSON.stringify(full.body);
    insert.run(seq, project_id, kind, id, revision, body, actor, reason, at, head);
    advance.run(seq, revisionHash(full));
    return full;
  };
}

function findBrokenLink(rows: Iterable<Row>, chain: { genesis: string; seq: number; head: string }) {
  let seq = 0;
  let hash = chain.genesis;
  for (const row of rows) {
    if (row.seq !== seq + 1) return { seq: seq + 1, reason: 'missing' };
    if (row.prev_hash !== hash) return { seq: row.seq, reason: 'does not follow from the line before' };
    seq = row.seq;
    hash = revisionHash(toRevision(row));
  }
  if (seq !== chain.seq) return { seq: chain.seq, reason: 'missing at the end' };
  return hash === chain.head ? undefined : { seq, reason: 'the last line was changed' };
}
