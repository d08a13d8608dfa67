/** What every installation has: a project, its first key and ingest token, and an owner if the settings name one. */
import { uuidv7 } from 'uuidv7';
import type { Config } from '../../config.ts';
import { firstApiKey, firstIngestToken } from '../../collector/keys/first.ts';
import { hashToken } from '../../collector/keys/token.ts';
import type { Registry } from '../../collector/registry/store.ts';
import { createFirstOwner, hasOwner } from './owner.ts';
import { toShown } from './shown.ts';

/** Idempotent: what was once made is left as people changed it, so a revoked first key stays revoked. */
export async function seed(registry: Registry, config: Config, secret: string): Promise<void> {
  registry.transaction(() => {
    const project_id = registry.view.list('project')[0]?.id ?? seedProject(registry);
    seedKey(registry, project_id, secret, firstApiKey(secret, config.SEKISHO_API_KEY));
    seedIngestToken(registry, project_id, secret);
  });
  const { SEKISHO_ADMIN_EMAIL: email, SEKISHO_ADMIN_PASSWORD: password } = config;
  if (email && password && !hasOwner(registry)) {
    await createFirstOwner(registry, { email, password, name: email }, 'named in the settings');
  }
}

const SYSTEM = { actor: 'system', reason: 'first start', expected_revision: 0 } as const;

function seedProject(registry: Registry): string {
  const id = `proj_${uuidv7()}`;
  const body = { name: 'default', status: 'active' } as const;
  registry.append({ ...SYSTEM, kind: 'project', id, project_id: id, body });
  return id;
}

function seedKey(registry: Registry, project_id: string, secret: string, text: string): void {
  const hash = hashToken(secret, text);
  if (registry.view.list('key').some((key) => key.body.hash === hash)) return;
  const body = { name: 'First key', shown: toShown(text), hash, status: 'active', expires_at: null } as const;
  registry.append({ ...SYSTEM, kind: 'key', id: `key_${uuidv7()}`, project_id, body });
}

function seedIngestToken(registry: Registry, project_id: string, secret: string): void {
  const text = firstIngestToken(secret);
  const hash = hashToken(secret, text);
  if (registry.view.list('ingest_token').some((token) => token.body.hash === hash)) return;
  const body = { name: 'First ingest token', shown: toShown(text), hash, status: 'active' } as const;
  registry.append({ ...SYSTEM, kind: 'ingest_token', id: `key_${uuidv7()}`, project_id, body });
}
