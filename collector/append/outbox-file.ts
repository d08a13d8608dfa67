/**
 * The outbox on disk: rows that are to reach a table, and the batches they are sent in. A batch's bounds are written
 * down before it is sent for the first time, so a process that comes after a kill sends the same one again.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const LOCK_WAIT_MS = 5_000;
const BATCH_ROWS = 1_000;
const BATCH_BYTES = 4_000_000;

/*
 * AUTOINCREMENT, because a number that is used again would be a token that is used again: the database would take new
 * rows for ones that it has.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS outbox (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS item (
    n INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS batch (
    n INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL
  ) STRICT;
`;

/** Rows of one table, the same whenever they are asked for until they are dropped. `token` names them for good. */
export type OutboxBatch = { n: number; target: string; token: string; rows: unknown[] };

export type OutboxFile = {
  /** On disk when it returns. @throws where the disk does not take it; then nothing is kept */
  add(target: string, rows: readonly unknown[]): void;
  /** The oldest batch; undefined when nothing waits. */
  next(): OutboxBatch | undefined;
  /** Forgets a batch that has arrived. */
  drop(batch: OutboxBatch): void;
  /** Rows that wait. */
  count(): number;
  close(): void;
};

type Bounds = { n: number; target: string; first: number; last: number };

/** Opens (and if need be makes) the file, readable by its owner only. */
export function openOutboxFile(file: string): OutboxFile {
  mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file, { timeout: LOCK_WAIT_MS });
  chmodSync(file, 0o600);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  db.exec(TABLES);
  // Random: another file, a restored one say, must not send under the tokens of this one.
  db.prepare('INSERT OR IGNORE INTO outbox VALUES (1, ?)').run(randomBytes(16).toString('hex'));
  const { id } = db.prepare('SELECT id FROM outbox').get() as { id: string };
  const addItem = db.prepare('INSERT INTO item (target, body) VALUES (?, ?)');
  const oldest = db.prepare('SELECT n, target, first, last FROM batch ORDER BY n LIMIT 1');
  const read = db.prepare('SELECT n, body FROM item WHERE target = ? AND n BETWEEN ? AND ? ORDER BY n');
  const transact = (work: () => void): void => {
    db.exec('BEGIN IMMEDIATE');
    try {
      work();
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };

  return {
    add: (target, rows) =>
      transact(() => {
        for (const row of rows) addItem.run(target, JSON.stringify(row));
      }),
    next() {
      if (!oldest.get()) freeze(db);
      const bounds = oldest.get() as Bounds | undefined;
      if (!bounds) return undefined;
      const { n, target, first, last } = bounds;
      const bodies = (read.all(target, first, last) as { body: string }[]).map(({ body }) => body);
      // With a hash of what is sent: an older copy of this file, put back, may give a number to other rows.
      const hash = createHash('sha256').update(bodies.join('\n')).digest('base64url').slice(0, 16);
      return { n, target, token: `outbox-${id}-${n}-${hash}`, rows: bodies.map((body) => JSON.parse(body)) };
    },
    drop({ n }) {
      // Not worth waiting for the disk: what comes back after a loss of power is sent again, under the same token.
      db.exec('PRAGMA synchronous = NORMAL');
      try {
        transact(() => {
          const bounds = db.prepare('SELECT target, first, last FROM batch WHERE n = ?').get(n) as Bounds;
          const { target, first, last } = bounds;
          db.prepare('DELETE FROM item WHERE target = ? AND n BETWEEN ? AND ?').run(target, first, last);
          db.prepare('DELETE FROM batch WHERE n = ?').run(n);
        });
      } finally {
        db.exec('PRAGMA synchronous = FULL');
      }
    },
    count: () => (db.prepare('SELECT count(*) AS count FROM item').get() as { count: number }).count,
    close: () => db.close(),
  };
}

/** Writes down the bounds of the next batch, if anything waits. */
function freeze(db: DatabaseSync): void {
  const head = db.prepare('SELECT n, target FROM item ORDER BY n LIMIT 1').get();
  if (!head) return;
  const { n, target } = head as { n: number; target: string };
  const bounds = db.prepare('INSERT INTO batch (target, first, last) VALUES (?, ?, ?)');
  bounds.run(target, n, findEnd(db, target));
}

/** Number of the last row that still goes into a batch with the first that waits for `target`. */
function findEnd(db: DatabaseSync, target: string): number {
  const waiting = db.prepare('SELECT n, length(body) AS bytes FROM item WHERE target = ? ORDER BY n LIMIT ?');
  const rows = waiting.all(target, BATCH_ROWS) as { n: number; bytes: number }[];
  let bytes = 0;
  const beyond = rows.findIndex((row, i) => (bytes += row.bytes) > BATCH_BYTES && i > 0);
  return rows[beyond === -1 ? rows.length - 1 : beyond - 1]?.n ?? 0;
}
