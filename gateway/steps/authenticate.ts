/**
 * Step: who is calling, and which path they mean. The one place where a credential is read, for every route alike:
 * `Authorization: Bearer`, `x-api-key` or `api-key` with a Sekisho key on /v1, or an ingest token in /k/<token>/v1.
 */
import type { IncomingMessage } from 'node:http';
import { API_KEY_PREFIX, hashToken } from '../../collector/keys/token.ts';
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

/** Whether any header that a provider may take for a credential has one of our keys. */
function carriesOurKey({ headers }: IncomingMessage): boolean {
  const credentials = [headers.authorization, headers['x-api-key'], headers['api-key']];
  return credentials.some((value) => value?.includes(API_KEY_PREFIX));
}

/** A function that authenticates requests against the registry; remembers hashes, never past a registry change. */
export function createAuthenticate(secret: string, registry: RegistryView) {
  const hashes = new Map<string, string>();

  /** Hashes of unknown tokens are not kept: anybody can send many of those, and long ones. */
  function look<T>(token: string, find: (hash: string) => T | undefined): T | undefined {
    const known = hashes.get(token);
    const hash = known ?? hashToken(secret, token);
    const entry = find(hash);
    if (entry === undefined || known !== undefined) return entry;
    if (hashes.size >= MAX_REMEMBERED) hashes.clear();
    hashes.set(token, hash);
    return entry;
  }

  function findPassthrough(token: string): Principal | undefined {
    const entry = look(token, (hash) => registry.findIngestToken(hash));
    return entry && { project_id: entry.project_id, key_id: entry.id, way: 'passthrough' };
  }

  function findByKey(request: IncomingMessage): Principal | undefined {
    const token = bearerOf(request);
    const entry = token === undefined ? undefined : look(token, (hash) => registry.findKey(hash));
    return entry && { project_id: entry.project_id, key_id: entry.id, way: 'key' };
  }

  return function authenticate(request: IncomingMessage): Authenticated | Rejected {
    const { path, query } = splitUrl(request.url ?? '/');
    if (!path.startsWith('/k/')) return { principal: findByKey(request), path, query };
    const slash = path.indexOf('/', 3);
    const token = slash === -1 ? path.slice(3) : path.slice(3, slash);
    const rest = slash === -1 ? '/' : path.slice(slash);
    // A Sekisho key in a pass-through call is a mistake that would carry our key to the provider.
    const principal = carriesOurKey(request) ? undefined : findPassthrough(token);
    return { principal, path: rest, query };
  };
}
