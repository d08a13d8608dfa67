/**
 * The API of apps: every `v1` route of the contract below `/internal/v1`, where the gateway brings what a key asked
 * for. The hop token is checked in `internal.ts`; what the gateway says of project and key is believed.
 */
import express, { type Request, type Router } from 'express';
import { KEY_HEADER, PROJECT_HEADER } from '../../../collector/keys/derive.ts';
import { AppError } from '../../../errors.ts';
import { toV1Path } from '../../contract/route.ts';
import { createAnswer, refuseOtherMethods } from '../adapter.ts';
import type { Caller, ConsoleContext } from '../context.ts';
import type { Endpoint } from '../endpoint.ts';

/** A router that serves `endpoints` of routes with `v1`, for callers that another room vouches for. */
export function createV1Router(context: ConsoleContext, endpoints: readonly Endpoint[]): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const served = endpoints.filter(({ route }) => route.v1);
  for (const endpoint of served) {
    const method = endpoint.route.method.toLowerCase() as 'get' | 'post' | 'patch' | 'delete';
    const answer = createAnswer(context, endpoint, {
      identify: (request) => ({ caller: toCaller(context, request), project_id: projectOf(request) }),
      isStillAllowed: () => true,
    });
    router[method](`/internal${toV1Path(endpoint.route)}`, answer);
  }
  refuseOtherMethods(
    router,
    served.map(({ route }) => ({ path: `/internal${toV1Path(route)}`, method: route.method })),
  );
  router.use('/internal/v1', () => {
    throw new AppError('not_found', 'There is nothing at this address.');
  });
  return router;
}

const projectOf = (request: Request): string => request.get(PROJECT_HEADER) ?? '';

/** A key may do what an engineer may; a room that asks for itself is a key of that name. */
function toCaller({ registry }: ConsoleContext, request: Request): Caller {
  const project = registry.view.getProject(projectOf(request));
  if (project?.body.status !== 'active') throw new AppError('not_found', 'There is no such project.');
  const actor = request.get(KEY_HEADER) ?? '';
  if (actor === '') throw new AppError('forbidden', 'The caller is not named.');
  return { actor, account_id: '', token: '', role: 'engineer' };
}
