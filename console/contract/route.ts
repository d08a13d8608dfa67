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
  /** Who may call it: anyone, any signed-in person, or these roles. */
  readonly access: 'anonymous' | 'signed-in' | readonly Role[];
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Absent where the answer is a stream of server-sent events. */
  readonly response?: z.ZodType;
};

/** Declares a route; only there to infer its literal types. */
export function defineRoute<const R extends Route>(route: R): R {
  return route;
}

/** Roles that may read a project's calls, payloads included. */
export const READERS = ['owner', 'admin', 'engineer', 'builder', 'reviewer', 'viewer'] as const;
/** Roles that may see and manage keys. */
export const KEY_MANAGERS = ['owner', 'admin', 'engineer'] as const;
