/** The audit log: every revision of every managed object of a project, as the registry has it. */
import { z } from 'zod';
import { AUDITORS, defineRoute } from './route.ts';

export const auditItem = z.object({
  seq: z.number().int(),
  kind: z.string(),
  id: z.string(),
  /** What people call it: its name where it has one. */
  title: z.string(),
  revision: z.number().int(),
  action: z.enum(['created', 'changed', 'archived', 'restored', 'revoked']),
  actor: z.string(),
  actor_name: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
});
export type AuditItem = z.infer<typeof auditItem>;

/** Newest first. `kind` and `id` together are one object's history. */
export const listAudit = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/audit',
  access: AUDITORS,
  query: z.object({
    kind: z.string().max(50).optional(),
    id: z.string().max(200).optional(),
    actor: z.string().max(200).optional(),
    /** Jobs write many revisions of their own; only what people and keys did. */
    people_only: z.enum(['true', 'false']).default('false'),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z.coerce.number().int().optional(),
  }),
  response: z.object({
    revisions: z.array(auditItem),
    next_cursor: z.number().int().nullable(),
    kinds: z.array(z.string()),
    actors: z.array(z.object({ id: z.string(), name: z.string() })),
  }),
});

/** One revision and the one before it: a path (`labels.production`), and both values as JSON; hashes are left out. */
export const getAudit = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/audit/:seq',
  access: AUDITORS,
  response: z.object({
    revision: auditItem,
    body: z.record(z.string(), z.unknown()),
    before: z.record(z.string(), z.unknown()).nullable(),
    changes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
    /** Whether `restoreRevision` takes it. */
    restorable: z.boolean(),
    /** Of the newest revision: what `restoreRevision` is to be given. */
    current_revision: z.number().int(),
  }),
});

/** Makes the state of an older revision the newest one. Of prompts, sources, datasets, evaluations, schedules. */
export const restoreRevision = defineRoute({
  method: 'POST',
  path: '/api/projects/:project_id/audit/:seq/restore',
  access: AUDITORS,
  body: z.object({ expected_revision: z.number().int().min(1) }),
  response: z.object({ revision: auditItem }),
});
