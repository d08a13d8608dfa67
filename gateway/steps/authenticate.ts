/**
 * Step: who is calling, and which path they mean. The one place where a credential is read, for every route alike:
 * `Authorization: Bearer`, `x-api-key` or `api-key` with a Sekisho key on /v1, or an ingest token in /k/<token>/v1.
 */
import type { IncomingMessage } from 'node:http';
import { hashToken } from '../../collector/keys/token.ts';
import type { RegistryView } from '../../collector/registry/view.ts';
import type { Principal } from './call.ts';

/** Calls that came without a known credential; they are recorded as metadata only, and only so many of them. */
export const REJECTED_PROJECT = '_rejected';
const MAX_REMEMBERED = 10_000;

export type Authenticated = { principal: Principal; path: string; query: string };
export type Rejected = { principal: undefined; path: string; query: string };

/** Splits the raw URL once; the path is never decoded, rebuilt, or looked at elsewhere. */
function splitUrl(url: string): { path: string; query: string } {
  const mark = url.indexOf('?');
  return mark === -1 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

function bearerOf(request: IncomingMessage): string | undefined {
  const { authorization, 'x-api-key': xApiKey, 'api-key': apiKey } = request.headers;
  if (authorization?.toLowerCase().startsWith('bearer ')) return authorization.slice(7).trim();
  const other = xApiKey ?? apiKey;
  return typeof other === 'string' ? other : undefined;
}

/** A function that authenticates requests against the registry; remembers hashes, never past a registry change. */
export function createAuthenticate(secret: string, registry: RegistryView) {
  const hashes = new Map<string, string>();

  function hashOf(token: string): string {
    const known = hashes.get(token);
    if (known !== undefined) return known;
    if (hashes.size >= MAX_REMEMBERED) hashes.clear();
    const hash = hashToken(secret, token);
    hashes.set(token, hash);
    return hash;
  }

  function findPassthrough(token: string): Principal | undefined {
    const entry = registry.findIngestToken(hashOf(token));
    return entry && { project_id: entry.project_id, key_id: entry.id, way: 'passthrough' };
  }

  function findByKey(request: IncomingMessage): Principal | undefined {
    const token = bearerOf(request);
    const entry = token === undefined ? undefined : registry.findKey(hashOf(token));
    return entry && { project_id: entry.project_id, key_id: entry.id, way: 'key' };
  }

  return function authenticate(request: IncomingMessage): Authenticated | Rejected {
    const { path, query } = splitUrl(request.url ?? '/');
    if (!path.startsWith('/k/')) return { principal: findByKey(request), path, query };
    const slash = path.indexOf('/', 3);
    const token = slash === -1 ? path.slice(3) : path.slice(3, slash);
    const rest = slash === -1 ? '/' : path.slice(slash);
    // A Sekisho key in a pass-through call is a mistake that would carry our key to the provider.
    const principal = bearerOf(request)?.startsWith('sk-sekisho-') ? undefined : findPassthrough(token);
    return { principal, path: rest, query };
  };
}
