/**
 * A REST route as data: the API validates with it, the page's client infers types from it, documents are made from
 * it. Imports zod only.
 */
import type { z } from 'zod';
import type { Role } from '../../collector/record/registry.ts';

export type Route = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `:name` parameters; always below /api. */
  readonly path: string;
  /**
   * Also part of the API of apps: served under `/v1` at the gateway, where a key names the project (`toV1Path`). A key
   * may do what the role `engineer` may.
   */
  readonly v1?: true;
  /** Who may call it: anyone, any signed-in person, or these roles. */
  readonly access: 'anonymous' | 'signed-in' | readonly Role[];
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Bytes of a JSON body, 1 MB where it is not said. */
  readonly body_limit?: number;
  /** `multipart` and `raw`: the handler reads the request itself. */
  readonly accepts?: 'multipart' | 'raw';
  /** Of a success; 200 where it is not said. */
  readonly status?: 201;
  /** Absent where the handler writes the answer itself: a file, or server-sent events. */
  readonly response?: z.ZodType;
};

const PROJECT = '/api/projects/:project_id/';

/** The path of a `v1` route for apps: `/v1/prompts` for `/api/projects/:project_id/prompts`. */
export function toV1Path(route: Route): string {
  return `/v1/${route.path.slice(PROJECT.length)}`;
}

/** Declares a route; only there to infer its literal types. */
export function defineRoute<const R extends Route>(route: R): R {
  return route;
}

/** Roles that may read a project's calls, payloads included. */
export const READERS = ['owner', 'admin', 'engineer', 'builder', 'reviewer', 'viewer'] as const;
/** Roles that may see and manage keys. */
export const KEY_MANAGERS = ['owner', 'admin', 'engineer'] as const;
/** Roles that may change prompts, sources, datasets, evaluations and exports. */
export const BUILDERS = ['owner', 'admin', 'engineer', 'builder'] as const;
/** Roles that may say what they think of a call. */
export const REVIEWERS = ['owner', 'admin', 'engineer', 'builder', 'reviewer'] as const;
/** Roles that may read who changed what. */
export const AUDITORS = ['owner', 'admin', 'engineer'] as const;
