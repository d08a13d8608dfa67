/** Mounts endpoints on express: access, then validation, then the handler, then the answer, for each alike. */
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { z } from 'zod';
import { isTooDeep, MAX_JSON_DEPTH } from '../../collector/record/depth.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { Route } from '../contract/route.ts';
import type { Caller, ConsoleContext } from './context.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { checkAccess } from './guard/access.ts';
import { findSessionToken } from './guard/cookie.ts';

const BODY_LIMIT = 1_000_000;
const PARAMETER = /^(?!\.)[\w.-]{1,100}$/;

/** Who asks, and for which project ('' or undefined where the route has none). */
type Identified = { caller: Caller | undefined; project_id: string | undefined };
type Admission = {
  /** @throws AppError where they may not */
  identify(request: Request, route: Route): Identified;
  isStillAllowed(request: Request, route: Route): boolean;
};

/** A router with all `endpoints`; another method on one of their paths is 405, any other path 404. */
export function createApiRouter(context: ConsoleContext, endpoints: readonly Endpoint[]): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const check = (request: Request, route: Route, options?: { touch: boolean }): Identified => {
    const project_id = request.params['project_id'] as string | undefined;
    const token = findSessionToken(context.config, request);
    return { caller: checkAccess(context, route, { token, project_id }, options), project_id };
  };
  const admission: Admission = {
    identify: check,
    isStillAllowed(request, route) {
      try {
        check(request, route, { touch: false });
        return true;
      } catch {
        return false;
      }
    },
  };
  for (const endpoint of endpoints) {
    const method = endpoint.route.method.toLowerCase() as Lowercase<Route['method']>;
    router[method](endpoint.route.path, createAnswer(context, endpoint, admission));
  }
  refuseOtherMethods(
    router,
    endpoints.map(({ route }) => route),
  );
  return router;
}

/** 405 with the methods there are, for every other method on a path of `routes`. */
export function refuseOtherMethods(
  router: Router,
  routes: readonly { path: string; method: string }[],
): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const allow = routes.filter((route) => route.path === path).map(({ method }) => method);
    router.all(path, (_request, response) => {
      response.set('allow', allow.join(', '));
      throw new AppError('method_not_allowed', `This path takes ${allow.join(' and ')}.`);
    });
  }
}

/** Access, validation, handler, answer: the same for every endpoint, whichever way it was reached. */
export function createAnswer(
  context: ConsoleContext,
  { route, handle }: Endpoint,
  admission: Admission,
): (request: Request, response: Response) => Promise<void> {
  const parseJson = express.json({ limit: route.body_limit ?? BODY_LIMIT, type: () => true });
  return async (request, response) => {
    response.set('cache-control', 'no-store');
    const { caller, project_id } = admission.identify(request, route);
    const params = { ...(request.params as Record<string, string>), ...(project_id ? { project_id } : {}) };
    if (Object.values(params).some((value) => !PARAMETER.test(value))) {
      throw new AppError('not_found', 'There is nothing at this address.');
    }
    const query = route.query && parse(route.query, request.query, 'invalid_query');
    const body =
      route.body && parse(route.body, await readBody(request, response, parseJson), 'invalid_body');
    const isStillAllowed = (): boolean => admission.isStillAllowed(request, route);
    const call = { params, query, body, caller, isStillAllowed, request, response };
    const result = await handle(context, call as unknown as Call<Route>);
    if (!route.response) return;
    // Parsed on the way out as well: what the contract does not name does not leave.
    response.status(route.status ?? 200).json(route.response.parse(result));
  };
}

/** @throws AppError of `code` that names the first member that is wrong. */
function parse(schema: z.ZodType, value: unknown, code: ErrorCode): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const param = issue?.path.join('.') ?? '';
  throw new AppError(code, `${param ? `${param}: ` : ''}${issue?.message ?? 'not valid'}`, { param });
}

/** JSON only: a form of another site can send every other type without asking first. */
async function readBody(request: Request, response: Response, parseJson: RequestHandler): Promise<unknown> {
  if (!request.is('application/json')) {
    throw new AppError('unsupported_media_type', 'Send the body as application/json.');
  }
  await new Promise<void>((resolve, reject) => {
    parseJson(request, response, (error?: unknown) => (error ? reject(toBodyError(error)) : resolve()));
  });
  if (isTooDeep(request.body)) {
    throw new AppError('invalid_body', `The body is nested more than ${MAX_JSON_DEPTH} deep.`);
  }
  return request.body;
}

function toBodyError(error: unknown): unknown {
  const type = (error as { type?: string }).type ?? '';
  if (type === 'entity.too.large') {
    const { limit } = error as { limit?: number };
    return new AppError('body_too_large', `The limit is ${limit ?? BODY_LIMIT} bytes.`);
  }
  if (type.startsWith('charset') || type.startsWith('encoding')) {
    return new AppError('unsupported_media_type', 'Send the body as UTF-8, uncompressed or as gzip.');
  }
  if (type === 'entity.parse.failed') return new AppError('invalid_json', 'The body is not valid JSON.');
  // Cut short, or of another length than announced: the sender's doing as well.
  if (type.startsWith('request.')) return new AppError('invalid_body', 'The body did not arrive whole.');
  return error;
}
