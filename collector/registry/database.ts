/** Opens `registry.db`: the settings that make a commit durable, and the tables. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const LOCK_WAIT_MS = 5_000;

/*
 * `account` and `session` are apart from `revision` on purpose: personal data must be erasable, and a hash-chained
 * line is not.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS revision (
    seq INTEGER PRIMARY KEY, project_id TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    revision INTEGER NOT NULL, body TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL,
    prev_hash TEXT NOT NULL, UNIQUE (kind, id, revision)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS revision_project ON revision (project_id, seq);
  CREATE INDEX IF NOT EXISTS revision_actor ON revision (project_id, actor);
  CREATE TRIGGER IF NOT EXISTS revision_is_final BEFORE UPDATE ON revision
    BEGIN SELECT raise(ABORT, 'a revision is never changed'); END;
  CREATE TRIGGER IF NOT EXISTS revision_stays BEFORE DELETE ON revision
    BEGIN SELECT raise(ABORT, 'a revision is never removed'); END;
  CREATE TABLE IF NOT EXISTS chain (
    one INTEGER PRIMARY KEY CHECK (one = 1), genesis TEXT NOT NULL, seq INTEGER NOT NULL, head TEXT NOT NULL,
    shipped_seq INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS session (
    hash TEXT PRIMARY KEY, account_id TEXT NOT NULL, created_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS session_account ON session (account_id);
`;

/** The open database and its transactions; nested ones join the outer one. */
export type RegistryDatabase = {
  readonly db: DatabaseSync;
  transaction<T>(work: () => T): T;
};

/** Opens (and if need be makes) the file, readable by its owner only. */
export function openDatabase(file: string): RegistryDatabase {
  mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file, { timeout: LOCK_WAIT_MS });
  chmodSync(file, 0o600);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
  db.exec(TABLES);
  // A random start makes two registries differ from their first line on: a restored or replaced one is noticed.
  const genesis = randomBytes(32).toString('hex');
  db.prepare('INSERT OR IGNORE INTO chain VALUES (1, ?, 0, ?, 0)').run(genesis, genesis);
  return { db, transaction: (work) => runTransaction(db, work) };
}

function runTransaction<T>(db: DatabaseSync, work: () => T): T {
  if (db.isTransaction) return work();
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
