/** Mounts endpoints on express: access, then validation, then the handler, then the answer, for each alike. */
import express, { type Request, type Response, type Router } from 'express';
import type { z } from 'zod';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { Route } from '../contract/route.ts';
import type { ConsoleContext } from './context.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { checkAccess } from './guard/access.ts';
import { findSessionToken } from './guard/cookie.ts';

const BODY_LIMIT = '1mb';
const PARAMETER = /^[\w-]{1,100}$/;

const parseJson = express.json({ limit: BODY_LIMIT, type: () => true });

/** A router with all `endpoints`; another method on one of their paths is 405, any other path 404. */
export function createApiRouter(context: ConsoleContext, endpoints: readonly Endpoint[]): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  for (const endpoint of endpoints) {
    const method = endpoint.route.method.toLowerCase() as Lowercase<Route['method']>;
    router[method](endpoint.route.path, (request, response) => answer(context, endpoint, request, response));
  }
  for (const path of new Set(endpoints.map((endpoint) => endpoint.route.path))) {
    const allow = endpoints
      .filter((endpoint) => endpoint.route.path === path)
      .map(({ route }) => route.method);
    router.all(path, (_request, response) => {
      response.set('allow', allow.join(', '));
      throw new AppError('method_not_allowed', `This path takes ${allow.join(' and ')}.`);
    });
  }
  return router;
}

async function answer(
  context: ConsoleContext,
  { route, handle }: Endpoint,
  request: Request,
  response: Response,
): Promise<void> {
  const params = request.params as Record<string, string>;
  const identity = { token: findSessionToken(context.config, request), project_id: params['project_id'] };
  response.set('cache-control', 'no-store');
  const caller = checkAccess(context, route, identity);
  if (Object.values(params).some((value) => !PARAMETER.test(value))) {
    throw new AppError('not_found', 'There is nothing at this address.');
  }
  const query = route.query && parse(route.query, request.query, 'invalid_query');
  const body = route.body && parse(route.body, await readBody(request, response), 'invalid_body');
  const isStillAllowed = (): boolean => {
    try {
      checkAccess(context, route, identity, { touch: false });
      return true;
    } catch {
      return false;
    }
  };
  const call = { params, query, body, caller, isStillAllowed, request, response };
  const result = await handle(context, call as unknown as Call<Route>);
  // Parsed on the way out as well: what the contract does not name does not leave.
  if (route.response) response.json(route.response.parse(result));
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
async function readBody(request: Request, response: Response): Promise<unknown> {
  if (!request.is('application/json')) {
    throw new AppError('unsupported_media_type', 'Send the body as application/json.');
  }
  await new Promise<void>((resolve, reject) => {
    parseJson(request, response, (error?: unknown) => (error ? reject(toBodyError(error)) : resolve()));
  });
  return request.body;
}

function toBodyError(error: unknown): unknown {
  const type = (error as { type?: string }).type ?? '';
  if (type === 'entity.too.large') return new AppError('body_too_large', `The limit is ${BODY_LIMIT}.`);
  if (type.startsWith('charset') || type.startsWith('encoding')) {
    return new AppError('unsupported_media_type', 'Send the body as UTF-8, uncompressed or as gzip.');
  }
  if (type === 'entity.parse.failed') return new AppError('invalid_json', 'The body is not valid JSON.');
  // Cut short, or of another length than announced: the sender's doing as well.
  if (type.startsWith('request.')) return new AppError('invalid_body', 'The body did not arrive whole.');
  return error;
}
