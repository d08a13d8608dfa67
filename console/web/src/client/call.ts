/** The one way to the server: a contract route and its arguments, typed by the contract. */
import type { z } from 'zod';
import type { Route } from '../../../contract/route.ts';
import { ApiError, isAbort } from './api-error.ts';

type ParamNames<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<`/${Rest}`>
  : P extends `${string}:${infer Name}`
    ? Name
    : never;

type Params<R extends Route> = [ParamNames<R['path']>] extends [never]
  ? { params?: undefined }
  : { params: Record<ParamNames<R['path']>, string> };
type Query<R extends Route> = R extends { query: infer Q extends z.ZodType }
  ? { query?: QueryOf<z.input<Q>> }
  : { query?: undefined };
type Body<R extends Route> = R extends { body: infer B extends z.ZodType }
  ? { body: z.input<B> }
  : { body?: undefined };
/** A query as it is written: coerced numbers have input type `unknown`. */
type QueryOf<Q> = { [K in keyof Q]: unknown extends Q[K] ? string | number | undefined : Q[K] };

export type CallArgs<R extends Route> = Params<R> & Query<R> & Body<R> & { signal?: AbortSignal };
export type CallResult<R extends Route> = R extends { response: infer S extends z.ZodType }
  ? z.output<S>
  : never;

const signedOutListeners = new Set<() => void>();

/** Calls `listener` whenever the server says that nobody is signed in. */
export function onSignedOut(listener: () => void): void {
  signedOutListeners.add(listener);
}

/** The address of `path` with its parameters and query; empty values are left out, lists are repeated. */
export function toUrl(
  path: string,
  params: Record<string, string> = {},
  query: Record<string, unknown> = {},
): string {
  const filled = path.replace(/:([a-z_]+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null && item !== '') search.append(key, String(item));
    }
  }
  const text = search.toString();
  return text ? `${filled}?${text}` : filled;
}

/** Sends one request. @throws ApiError when it fails, AbortError when `signal` fires. */
export async function call<R extends Route>(route: R, args: CallArgs<R>): Promise<CallResult<R>> {
  const response = await openResponse(route, args, 'application/json');
  return (await readJson(response)) as CallResult<R>;
}

/** Sends one request and gives its answer once its head says that it succeeded. @throws as `call` */
export async function openResponse<R extends Route>(
  route: R,
  args: CallArgs<R>,
  accept: string,
): Promise<Response> {
  const { params, query, body, signal } = args as {
    params?: Record<string, string>;
    query?: Record<string, unknown>;
    body?: unknown;
    signal?: AbortSignal;
  };
  const response = await send(toUrl(route.path, params, query), {
    method: route.method,
    headers: { accept, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  if (response.ok) return response;
  const failure = toFailure(response, await readJson(response));
  if (failure.code === 'not_signed_in') for (const listener of signedOutListeners) listener();
  throw failure;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, credentials: 'same-origin', cache: 'no-store' });
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    throw new ApiError({
      status: 0,
      code: 'network',
      message: 'The server could not be reached.',
      cause: thrown,
    });
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    throw new ApiError({
      status: response.status,
      code: 'unreadable',
      message: `The server answered ${response.status} without a readable body.`,
      request_id: response.headers.get('x-request-id') ?? '',
      cause: thrown,
    });
  }
}

function toFailure(response: Response, answer: unknown): ApiError {
  const error = (answer as { error?: { code?: string; message?: string; param?: string | null } } | null)
    ?.error;
  return new ApiError({
    status: response.status,
    code: error?.code ?? 'unreadable',
    message: error?.message ?? `The server answered ${response.status}.`,
    param: error?.param ?? null,
    request_id: response.headers.get('x-request-id') ?? '',
  });
}
