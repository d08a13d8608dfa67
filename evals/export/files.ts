/** The files of an export in the registry. Their ids follow from its id: an export that is done again has the same. */
import { createHash } from 'node:crypto';
import type { RegistryBody } from '../../collector/record/registry.ts';
import type { RegistryEntry, RegistryView } from '../../collector/registry/view.ts';
import type { StoredContent } from '../files/contents.ts';
import type { Split } from './split.ts';

export const SPLITS: readonly Split[] = ['train', 'validation'];

/** UUIDv7 with the time of the export's own id, the rest from its hash. */
export function toFileId(export_id: string, split: Split): string {
  const time = export_id
    .replace(/^[^_]*_/, '')
    .replaceAll('-', '')
    .slice(0, 12)
    .padEnd(12, '0');
  const hash = createHash('sha256').update(`${export_id}/${split}`).digest('hex');
  const variant = ((Number.parseInt(hash[3] ?? '0', 16) & 3) | 8).toString(16);
  return `file-${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}`;
}

const MAX_NAME = 200;

/** `<name>-train.jsonl`; of the name what may stand in a file's name anywhere. */
export function toFilename(name: string, split: Split, extension: string): string {
  const plain = name
    .replaceAll(/[\p{Cc}\\/:*?"<>|]+/gu, '-')
    .replace(/^[\s.-]+|[\s.-]+$/g, '')
    .slice(0, MAX_NAME);
  return `${plain || 'export'}-${split}.${extension}`;
}

export function toFileBody(filename: string, { sha256, bytes }: StoredContent): RegistryBody<'file'> {
  return { filename, purpose: 'fine-tune', bytes, sha256, status: 'processed', expires_at: null };
}

/** The files that this export has made so far and that are not deleted. */
export function findFiles(registry: RegistryView, export_id: string): RegistryEntry<'file'>[] {
  return SPLITS.flatMap((split) => registry.find('file', toFileId(export_id, split)) ?? []).filter(
    ({ body }) => body.status !== 'deleted',
  );
}
