/**
 * What the registry holds: append-only revisions of every managed object. The newest revision of an id is its state.
 * Personal data (e-mail, name, password) is not part of these bodies.
 */
import { z } from 'zod';
import { registryDataset, registryDatasetVersion } from './dataset.ts';
import { registryEval, registryEvalRun, registrySchedule } from './eval.ts';
import { registryExport } from './export.ts';
import { registryPrompt, registryPromptVersion } from './prompt.ts';
import { registryFile, registryVectorStore, registryVectorStoreFile } from './source.ts';

export const ROLES = ['owner', 'admin', 'engineer', 'builder', 'reviewer', 'viewer'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

const lifecycle = z.enum(['active', 'revoked']);

export const registryBodies = {
  project: z.strictObject({ name: z.string().min(1).max(100), status: z.enum(['active', 'archived']) }),
  key: z.strictObject({
    name: z.string().min(1).max(100),
    /** First and last characters, enough to recognise it by. */
    shown: z.string(),
    /** HMAC-SHA256 in hex (keys/token.ts). */
    hash: z.string(),
    status: lifecycle,
    /** ISO 8601; null = never. */
    expires_at: z.iso.datetime().nullable(),
  }),
  ingest_token: z.strictObject({
    name: z.string().min(1).max(100),
    shown: z.string(),
    hash: z.string(),
    status: lifecycle,
  }),
  member: z.strictObject({
    /** Row of the `account` table, where the personal data is. */
    account_id: z.string(),
    role,
    status: lifecycle,
  }),
  prompt: registryPrompt,
  prompt_version: registryPromptVersion,
  file: registryFile,
  vector_store: registryVectorStore,
  vector_store_file: registryVectorStoreFile,
  dataset: registryDataset,
  dataset_version: registryDatasetVersion,
  eval: registryEval,
  eval_run: registryEvalRun,
  eval_schedule: registrySchedule,
  export: registryExport,
} as const;

export type RegistryKind = keyof typeof registryBodies;
export const REGISTRY_KINDS = Object.keys(registryBodies) as RegistryKind[];
export type RegistryBody<K extends RegistryKind> = z.infer<(typeof registryBodies)[K]>;

/** One line of the registry's history, which is also its audit log. */
export type Revision<K extends RegistryKind = RegistryKind> = {
  [P in K]: {
    /** Dense, over all kinds. */
    seq: number;
    /** '' where the object belongs to no one project (a member of the whole installation). */
    project_id: string;
    kind: P;
    id: string;
    /** 1, 2, ... per (kind, id). */
    revision: number;
    body: RegistryBody<P>;
    /** Account id, or 'system'. */
    actor: string;
    reason: string;
    /** ISO 8601 UTC. */
    at: string;
    /** SHA-256 in hex over the revision before and its own hash: the chain. */
    prev_hash: string;
  };
}[K];

/** The answer of `GET /internal/registry?after=seq`. */
export type RegistryTail = {
  /** Of the newest revision there is. */
  seq: number;
  revisions: Revision[];
  /** The follower's past is not ours: it drops everything, `revisions` is the whole history. */
  reset: boolean;
};
