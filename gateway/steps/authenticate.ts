/**
 * Step: who is calling, and which path they mean. The one place where a credential is read, for every route alike:
 * `Authorization: Bearer`, `x-api-key` or `api-key` with a Sekisho key on /v1, or an ingest token in /k/<token>/v1.
 * Our own rooms come with a hop token and name the project; what they say besides is believed with it alone.
 */
import type { IncomingMessage } from 'node:http';
import {
  findHopSigner,
  HOP_HEADER,
  PROJECT_HEADER,
  PROMPT_HEADER,
  PURPOSE_HEADER,
} from '../../collector/keys/derive.ts';
import { API_KEY_PREFIX, hashToken } from '../../collector/keys/token.ts';
import type { RegistryView } from '../../collector/registry/view.ts';
import type { CallPrompt } from '../../collector/spool/call.ts';
import { AppError } from '../../errors.ts';
import type { Claim, Principal } from './call.ts';

/** Calls that came without a known credential; they are recorded as metadata only, and only so many of them. */
export const REJECTED_PROJECT = '_rejected';
const MAX_REMEMBERED = 10_000;

const PURPOSE = /^[a-z][a-z_-]{0,31}$/;

export type Authenticated = { principal: Principal; path: string; query: string; claim?: Claim };
export type Rejected = { principal: undefined; path: string; query: string; claim?: undefined };

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

  /** Undefined where the token is none: then the call is like any other. */
  function findRoom(request: IncomingMessage, path: string, query: string): Authenticated | undefined {
    const room = findHopSigner(secret, headerOf(request, HOP_HEADER), 'gateway');
    if (room !== 'evals' && room !== 'console') return undefined;
    const project_id = headerOf(request, PROJECT_HEADER);
    if (registry.getProject(project_id)?.body.status !== 'active') {
      throw new AppError('not_found', 'There is no active project of that id.', { param: PROJECT_HEADER });
    }
    const purpose = headerOf(request, PURPOSE_HEADER);
    const claim = {
      purpose: PURPOSE.test(purpose) ? purpose : '',
      prompt: findClaimedPrompt(registry, project_id, headerOf(request, PROMPT_HEADER)),
    };
    return { principal: { project_id, key_id: `room:${room}`, way: 'key' }, path, query, claim };
  }

  return function authenticate(request: IncomingMessage): Authenticated | Rejected {
    const { path, query } = splitUrl(request.url ?? '/');
    if (request.headers[HOP_HEADER] !== undefined && !path.startsWith('/k/')) {
      const known = findRoom(request, path, query);
      if (known) return known;
    }
    if (!path.startsWith('/k/')) return { principal: findByKey(request), path, query };
    const slash = path.indexOf('/', 3);
    const token = slash === -1 ? path.slice(3) : path.slice(3, slash);
    const rest = slash === -1 ? '/' : path.slice(slash);
    // A Sekisho key in a pass-through call is a mistake that would carry our key to the provider.
    const principal = carriesOurKey(request) ? undefined : findPassthrough(token);
    return { principal, path: rest, query };
  };
}

function headerOf({ headers }: IncomingMessage, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

/** `<prompt id>@<version>`, of a prompt of that project; a version that is not published is the next draft's. */
function findClaimedPrompt(
  registry: RegistryView,
  project_id: string,
  claimed: string,
): CallPrompt | undefined {
  const [, id = '', version] = /^([\w-]+)@(\d{1,9})$/.exec(claimed) ?? [];
  const entry = registry.find('prompt', id);
  if (!entry || entry.project_id !== project_id) return undefined;
  return { id, name: entry.body.name, version: Number(version), label: '', variables: {} };
}
