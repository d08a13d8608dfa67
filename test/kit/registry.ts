/** Registries in fresh folders, and what tests put into them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { onTestFinished } from 'vitest';
import { hashToken } from '../../collector/keys/token.ts';
import { openRegistry, type Registry } from '../../collector/registry/store.ts';
import { TEST_SECRET } from './engine.ts';

/** A folder that is gone after the test. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-registry-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An open registry; closed after the test. */
export function freshRegistry(file: string = join(freshFolder(), 'registry.db')): Registry {
  const registry = openRegistry(file);
  onTestFinished(() => registry.close());
  return registry;
}

const BY_TEST = { actor: 'system', reason: 'test', expected_revision: 0 } as const;

/** Appends a project; returns its id. */
export function addProject(registry: Registry, name = 'test'): string {
  const id = `proj_${uuidv7()}`;
  registry.append({ ...BY_TEST, kind: 'project', id, project_id: id, body: { name, status: 'active' } });
  return id;
}

/** Appends a key with `text`; returns its id. */
export function addKey(
  registry: Registry,
  project_id: string,
  text: string,
  options: { expires_at?: string } = {},
): string {
  const id = `key_${uuidv7()}`;
  const hash = hashToken(TEST_SECRET, text);
  const expires_at = options.expires_at ?? null;
  const body = { name: text, shown: '…', hash, status: 'active', expires_at } as const;
  registry.append({ ...BY_TEST, kind: 'key', id, project_id, body });
  return id;
}

/** Revokes a key. */
export function revokeKey(registry: Registry, id: string): number {
  const entry = registry.view.find('key', id);
  if (!entry) throw new Error(`no key ${id}`);
  const { project_id, revision, body } = entry;
  return registry.append({
    ...BY_TEST,
    kind: 'key',
    id,
    project_id,
    body: { ...body, status: 'revoked' },
    expected_revision: revision,
  }).seq;
}
