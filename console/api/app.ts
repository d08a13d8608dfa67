/** Every request to the console passes here; the order of the steps is the order of the lines. */
import express, { type ErrorRequestHandler, type Express } from 'express';
import { AppError, toAppError } from '../../errors.ts';
import { ROUTES } from '../contract/index.ts';
import { createApiRouter } from './adapter.ts';
import type { ConsoleContext } from './context.ts';
import type { Endpoint } from './endpoint.ts';
import { setHeaders } from './guard/headers.ts';
import { createHostGuard, createOriginGuard } from './guard/host.ts';
import { say } from './log.ts';
import { createPageRouter } from './page.ts';
import { auditEndpoints } from './routes/audit.ts';
import { callEndpoints } from './routes/calls.ts';
import { feedbackEndpoints } from './routes/feedback.ts';
import { datasetItemEndpoints } from './routes/dataset-items.ts';
import { datasetEndpoints } from './routes/datasets.ts';
import { evalRunEndpoints } from './routes/eval-runs.ts';
import { evalScheduleEndpoints } from './routes/eval-schedules.ts';
import { evalEndpoints } from './routes/evals.ts';
import { exportEndpoints } from './routes/exports.ts';
import { fileBatchEndpoints } from './routes/file-batches.ts';
import { fileEndpoints } from './routes/files.ts';
import { healthEndpoints } from './routes/health.ts';
import { createInternalRouter } from './routes/internal.ts';
import { keyEndpoints } from './routes/keys.ts';
import { onboardingEndpoints } from './routes/onboarding.ts';
import { promptEndpoints } from './routes/prompts.ts';
import { promptTryEndpoints } from './routes/prompt-tries.ts';
import { sessionEndpoints } from './routes/session.ts';
import { createV1Router } from './routes/v1.ts';
import { vectorStoreFileEndpoints } from './routes/vector-store-files.ts';
import { vectorStoreSearchEndpoints } from './routes/vector-store-search.ts';
import { vectorStoreEndpoints } from './routes/vector-stores.ts';

/** What serves the contract, one for each of its routes. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...sessionEndpoints,
  ...onboardingEndpoints,
  ...callEndpoints,
  ...feedbackEndpoints,
  ...datasetEndpoints,
  ...datasetItemEndpoints,
  ...keyEndpoints,
  ...healthEndpoints,
  ...promptEndpoints,
  ...promptTryEndpoints,
  ...auditEndpoints,
  ...evalEndpoints,
  ...evalRunEndpoints,
  ...evalScheduleEndpoints,
  ...exportEndpoints,
  ...fileEndpoints,
  ...vectorStoreEndpoints,
  ...vectorStoreFileEndpoints,
  ...fileBatchEndpoints,
  ...vectorStoreSearchEndpoints,
];

/** The console as an express app; `pageFolder` holds the built page. */
export function createApp(context: ConsoleContext, pageFolder: string): Express {
  const unserved = ROUTES.find((route) => !ENDPOINTS.some((endpoint) => endpoint.route === route));
  if (unserved) throw new Error(`BUG: nothing serves ${unserved.method} ${unserved.path}`);

  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  // One proxy before us, whose word on the client's address and scheme counts; otherwise nobody's.
  app.set('trust proxy', context.config.SEKISHO_TRUST_PROXY ? 1 : false);
  app.use(setHeaders);
  // Asked by machines under whatever name they know us; they tell nothing.
  app.get(['/healthz', '/readyz'], (_request, response) => {
    response.set('cache-control', 'no-store').json({ ok: true, room: 'console' });
  });
  // Rooms come by an internal name as well; a hop token is what admits them, and no browser has one.
  app.use(createInternalRouter(context));
  app.use(createV1Router(context, ENDPOINTS));
  app.use(createHostGuard(context.config));
  app.use(createOriginGuard(context.config));
  app.use(createApiRouter(context, ENDPOINTS));
  app.use('/api', () => {
    throw new AppError('not_found', 'There is nothing at this address.');
  });
  app.use(createPageRouter(pageFolder));
  app.use(() => {
    throw new AppError('not_found', 'There is nothing at this address.');
  });
  app.use(sendError);
  return app;
}

/** Four parameters, unused ones too: that is how express knows an error handler. */
const sendError: ErrorRequestHandler = (thrown, request, response, _next) => {
  const error = toAppError(isBadPath(thrown) ? new AppError('not_found', 'Not a valid address.') : thrown);
  if (error.status >= 500) {
    const { cause } = error;
    const reason = cause instanceof Error ? (cause.stack ?? cause.message) : error.message;
    say(
      `${String(response.get('x-request-id'))} ${request.method} ${request.path}: ${error.code}: ${reason}`,
    );
  }
  // Too late to say it: cut the connection, so that half an answer is not taken for a whole one.
  if (response.headersSent) return void response.destroy();
  response.status(error.status).set('cache-control', 'no-store').json(error.toBody());
};

/** Express' own complaint about a path such as `/%ff`. */
function isBadPath(thrown: unknown): boolean {
  return thrown instanceof URIError;
}
