/** API keys (for /v1) and ingest tokens (for /k/<token>/v1) of a project. Texts are shown once, when made. */
import { z } from 'zod';
import { defineRoute, KEY_MANAGERS } from './route.ts';

export const keyKind = z.enum(['key', 'ingest_token']);

export const keyItem = z.object({
  id: z.string(),
  kind: keyKind,
  name: z.string(),
  shown: z.string(),
  status: z.enum(['active', 'revoked']),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
});
export type KeyItem = z.infer<typeof keyItem>;

export const listKeys = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/keys',
  access: KEY_MANAGERS,
  response: z.object({ keys: z.array(keyItem) }),
});

export const createKey = defineRoute({
  method: 'POST',
  path: '/api/projects/:project_id/keys',
  access: KEY_MANAGERS,
  body: z.object({
    kind: keyKind.default('key'),
    name: z.string().trim().min(1).max(100),
    expires_at: z.iso.datetime().nullable().default(null),
  }),
  /** `text` is the key itself, this once. */
  response: z.object({ key: keyItem, text: z.string() }),
});

/** Takes effect in every gateway within two seconds; cannot be undone. */
export const revokeKey = defineRoute({
  method: 'DELETE',
  path: '/api/projects/:project_id/keys/:key_id',
  access: KEY_MANAGERS,
  response: z.object({ key: keyItem }),
});
