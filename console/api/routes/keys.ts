/** API keys and ingest tokens of a project. */
import { uuidv7 } from 'uuidv7';
import { AppError } from '../../../errors.ts';
import {
  API_KEY_PREFIX,
  createToken,
  hashToken,
  INGEST_TOKEN_PREFIX,
} from '../../../collector/keys/token.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import * as contract from '../../contract/keys.ts';
import { defineEndpoint } from '../endpoint.ts';
import { toShown } from '../shown.ts';

type KeyEntry = RegistryEntry<'key' | 'ingest_token'>;

function toItem(entry: KeyEntry): contract.KeyItem {
  const { id, kind, body, created_at } = entry;
  const expires_at = kind === 'key' ? entry.body.expires_at : null;
  return { id, kind, name: body.name, shown: body.shown, status: body.status, created_at, expires_at };
}

const listKeys = defineEndpoint(contract.listKeys, ({ registry }, { params }) => ({
  keys: registry.view.listKeys(params.project_id).map(toItem),
}));

const createKey = defineEndpoint(contract.createKey, ({ registry, secret }, { params, body, caller }) => {
  const { kind, name, expires_at } = body;
  const text = createToken(kind === 'key' ? API_KEY_PREFIX : INGEST_TOKEN_PREFIX);
  const common = { name, shown: toShown(text), hash: hashToken(secret, text), status: 'active' } as const;
  const id = `key_${uuidv7()}`;
  const author = { actor: caller.account_id, reason: 'created', expected_revision: 0 };
  const place = { id, project_id: params.project_id };
  if (kind === 'key') {
    if (expires_at !== null && Date.parse(expires_at) <= Date.now()) {
      throw new AppError('invalid_body', 'expires_at: is in the past', { param: 'expires_at' });
    }
    registry.append({ ...author, ...place, kind, body: { ...common, expires_at } });
  } else {
    if (expires_at !== null) {
      throw new AppError('invalid_body', 'expires_at: an ingest token has none', { param: 'expires_at' });
    }
    registry.append({ ...author, ...place, kind, body: common });
  }
  return { key: toItem(getKey(registry.view.listKeys(params.project_id), id)), text };
});

const revokeKey = defineEndpoint(contract.revokeKey, ({ registry }, { params, caller }) => {
  const { project_id, key_id } = params;
  const entry = getKey(registry.view.listKeys(project_id), key_id);
  if (entry.body.status === 'active') {
    const author = { actor: caller.account_id, reason: 'revoked', expected_revision: entry.revision };
    const place = { id: entry.id, project_id };
    if (entry.kind === 'key') {
      registry.append({ ...author, ...place, kind: 'key', body: { ...entry.body, status: 'revoked' } });
    } else {
      registry.append({
        ...author,
        ...place,
        kind: 'ingest_token',
        body: { ...entry.body, status: 'revoked' },
      });
    }
  }
  return { key: toItem(getKey(registry.view.listKeys(project_id), key_id)) };
});

/** @throws AppError not_found, also for a key of another project */
function getKey(keys: readonly KeyEntry[], id: string): KeyEntry {
  const entry = keys.find((key) => key.id === id);
  if (!entry) throw new AppError('not_found', 'This project has no such key.', { param: 'key_id' });
  return entry;
}

export const keyEndpoints = [listKeys, createKey, revokeKey];
