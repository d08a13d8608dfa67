/**
 * A lock on a path that falls with its holder, also by kill -9: an exclusive transaction in a small SQLite file.
 * The operating system releases it, so there is no stale lock file to judge by age or process id.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

export type Lock = { release(): void };

/** Takes the lock at `path`, making its folder; undefined while another process, or this one, holds it. */
export async function takeLock(path: string): Promise<Lock | undefined> {
  mkdirSync(dirname(path), { recursive: true });
  const file = new DatabaseSync(path, { timeout: 0 });
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
  let held = true;
  return {
    release() {
      if (held) file.close();
      held = false;
    },
  };
}
