/** Login sessions: the browser holds a random token, the database only its hash. */
import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

const IDLE_MS = 12 * 3_600_000;
const LIFETIME_MS = 7 * 24 * 3_600_000;
/** How exact `seen_ms` is kept: a durable write per request would be a waste. */
const SEEN_STEP_MS = 60_000;

export type Sessions = {
  /** A new session; the returned token is in no table. */
  create(account_id: string): string;
  /** The account of a live session; `touch` (default true) counts as use. */
  findAccountId(token: string, options?: { touch?: boolean }): string | undefined;
  end(token: string): void;
  /** Ends all sessions of an account: role or password changed. */
  endAll(account_id: string): void;
};

/** Longest life of a session in seconds, for the cookie. */
export const SESSION_LIFETIME_S = LIFETIME_MS / 1000;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The session table of an open registry; `now` is for tests. */
export function createSessions(db: DatabaseSync, now: () => number = Date.now): Sessions {
  const insert = db.prepare('INSERT INTO session VALUES (?, ?, ?, ?)');
  const find = db.prepare('SELECT account_id, created_ms, seen_ms FROM session WHERE hash = ?');
  const touchRow = db.prepare('UPDATE session SET seen_ms = ? WHERE hash = ?');
  const remove = db.prepare('DELETE FROM session WHERE hash = ?');
  const removeAll = db.prepare('DELETE FROM session WHERE account_id = ?');
  const prune = db.prepare('DELETE FROM session WHERE created_ms < ? OR seen_ms < ?');
  return {
    create(account_id) {
      const token = randomBytes(32).toString('base64url');
      const at = now();
      prune.run(at - LIFETIME_MS, at - IDLE_MS);
      insert.run(hashOf(token), account_id, at, at);
      return token;
    },
    findAccountId(token, { touch = true } = {}) {
      const hash = hashOf(token);
      const row = find.get(hash) as { account_id: string; created_ms: number; seen_ms: number } | undefined;
      if (!row) return undefined;
      const at = now();
      if (at - row.created_ms > LIFETIME_MS || at - row.seen_ms > IDLE_MS) {
        remove.run(hash);
        return undefined;
      }
      if (touch && at - row.seen_ms > SEEN_STEP_MS) touchRow.run(at, hash);
      return row.account_id;
    },
    end: (token) => void remove.run(hashOf(token)),
    endAll: (account_id) => void removeAll.run(account_id),
  };
}
