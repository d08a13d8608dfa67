/**
 * The bytes of files that are ours: on disk, named by their SHA-256, so the same content is kept once. A content is
 * whole or not there: it is written beside its place, synced, and moved.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../errors.ts';

export type StoredContent = { sha256: string; bytes: number };

export type FileContents = {
  /**
   * Takes all of `source` in. @throws AppError body_too_large beyond `max_bytes`; whatever `source` throws, and then
   * nothing is kept
   */
  write(
    project_id: string,
    source: AsyncIterable<Uint8Array | string>,
    max_bytes: number,
  ): Promise<StoredContent>;
  /** @throws AppError not_found where it is not on this machine's disk */
  read(project_id: string, sha256: string): Promise<ReadStream>;
  /** No error where it is gone already. */
  remove(project_id: string, sha256: string): Promise<void>;
  /**
   * Drops what a killed process left behind: half-written contents, and whole ones that are not `isHeld` by anything.
   * What was written to within the last hour may be somebody's still.
   */
  sweep(isHeld: (project_id: string, sha256: string) => boolean): Promise<void>;
};

const ABANDONED_MS = 3_600_000;
const SHA256 = /^[0-9a-f]{64}$/;
const PROJECT = /^[\w-]{1,100}$/;

/** Contents below `folder`. */
export function createFileContents(folder: string): FileContents {
  const partFolder = join(folder, 'parts');
  const placeOf = (project_id: string, sha256: string): string => {
    // Both become parts of a path.
    if (!PROJECT.test(project_id) || !SHA256.test(sha256)) {
      throw new AppError('internal_error', 'Not the name of a content.');
    }
    return join(folder, project_id, sha256.slice(0, 2), sha256);
  };
  return {
    async write(project_id, source, max_bytes) {
      await mkdir(partFolder, { recursive: true });
      const part = join(partFolder, `${process.pid}-${randomUUID()}`);
      try {
        const stored = await writePart(part, source, max_bytes);
        const place = placeOf(project_id, stored.sha256);
        await mkdir(join(place, '..'), { recursive: true });
        await rename(part, place);
        await syncFolder(join(place, '..'));
        return stored;
      } finally {
        await rm(part, { force: true });
      }
    },
    async read(project_id, sha256) {
      const place = placeOf(project_id, sha256);
      if (!(await stat(place).catch(() => undefined))) {
        throw new AppError('not_found', 'The content of this file is not on this machine.');
      }
      return createReadStream(place);
    },
    remove: (project_id, sha256) => rm(placeOf(project_id, sha256), { force: true }),
    async sweep(isHeld) {
      for (const part of await list(partFolder)) await dropOld(part);
      for (const project of await list(folder)) {
        if (project === partFolder) continue;
        for (const content of (await Promise.all((await list(project)).map(list))).flat()) {
          if (!isHeld(basename(project), basename(content))) await dropOld(content);
        }
      }
    },
  };
}

/** Paths of what is in `folder`; none where there is none. */
async function list(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).map((name) => join(folder, name));
}

async function dropOld(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(file, { force: true });
}

async function writePart(
  part: string,
  source: AsyncIterable<Uint8Array | string>,
  max_bytes: number,
): Promise<StoredContent> {
  const hash = createHash('sha256');
  const file = await open(part, 'wx', 0o600);
  let bytes = 0;
  try {
    for await (const piece of source) {
      const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
      bytes += chunk.length;
      if (bytes > max_bytes) {
        throw new AppError('body_too_large', `The limit is ${max_bytes} bytes.`, { param: 'file' });
      }
      hash.update(chunk);
      await file.write(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** The move itself is durable only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
