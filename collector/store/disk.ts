/**
 * Room on the engine's disk. On a full disk a DELETE or an ALTER destroys the database, and even dropping data needs
 * some room: a ballast file keeps that room and is given up at a start that finds none left.
 */
import { closeSync, existsSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const MEBIBYTE = 1024 ** 2;
const BALLAST_BYTES = 64 * MEBIBYTE;

/** Below this, no migration, DELETE or ALTER may run. */
export const MIN_FREE_BYTES = 256 * MEBIBYTE;

/** Bytes that are free to us on the disk of `folder`. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/**
 * Keeps the ballast file of `folder`: makes it where there is room, removes it where there is none.
 * @returns a line for people when they have to make room
 */
export function keepBallast(folder: string, free: number = freeBytes(folder)): string | undefined {
  const path = join(folder, 'ballast');
  if (free < MIN_FREE_BYTES) {
    rmSync(path, { force: true });
    return `Only ${Math.floor(free / MEBIBYTE)} MiB are free for ${folder}: make room, writing stops when it is full.`;
  }
  if (!existsSync(path) && free > 4 * MIN_FREE_BYTES) writeBallast(path);
  return undefined;
}

function writeBallast(path: string): void {
  // Not truncate(2): a file with holes keeps no room.
  const descriptor = openSync(path, 'w', 0o600);
  const block = Buffer.alloc(MEBIBYTE, 1);
  for (let written = 0; written < BALLAST_BYTES; written += block.length) writeSync(descriptor, block);
  closeSync(descriptor);
}
