/** A follower's last copy of the registry on disk, so that it starts and serves while the console is away. */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RegistrySnapshot } from './view.ts';

const FORMAT = 2;

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Replaces `file` as a whole: a reader sees the old copy or the new one, also after a power cut. */
export async function writeCopy(file: string, snapshot: RegistrySnapshot): Promise<void> {
  const body = JSON.stringify(snapshot);
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(`${FORMAT} ${sumOf(body)}\n${body}`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The copy in `file`; undefined where there is none, or one that is damaged or of another format. */
export async function findCopy(file: string): Promise<RegistrySnapshot | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const end = text.indexOf('\n');
  if (text.slice(0, end) !== `${FORMAT} ${sumOf(text.slice(end + 1))}`) return undefined;
  return JSON.parse(text.slice(end + 1)) as RegistrySnapshot;
}
