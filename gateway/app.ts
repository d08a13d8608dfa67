/** The gateway's road, step by step: host, health, who, capture, and then the hot path or the proxy. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type Express } from 'express';
import { findHopSigner, HOP_HEADER } from '../collector/keys/derive.ts';
import type { RegistryView } from '../collector/registry/view.ts';
import { AppError, toAppError } from '../errors.ts';
import { serveHot, HOT_ROUTES } from './routes/hot.ts';
import { createOther } from './routes/other.ts';
import { createRejected } from './routes/rejected.ts';
import { createAuthenticate } from './steps/authenticate.ts';
import { beginCall, type Principal } from './steps/call.ts';
import type { Capturing } from './steps/capture.ts';
import { createHostGuard } from './steps/guard-host.ts';
import { respondError } from './steps/respond.ts';
import type { Upstream } from './upstreams/upstream.ts';

export type GatewayParts = {
  secret: string;
  registry: RegistryView;
  capturing: Capturing;
  /** Answer 503 instead of serving a call that cannot be captured. */
  refusesUncaptured: boolean;
  /** For Sekisho keys, and for pass-through. */
  upstreams: Record<Principal['way'], Upstream>;
  /** Names this server is known by besides loopback. */
  hosts: readonly string[];
  /** '' when ready, else what is missing. */
  notReady: () => string;
  flush: () => Promise<void>;
};

/** The gateway's express application. */
export function createGatewayApp(parts: GatewayParts): Express {
  const { capturing, upstreams } = parts;
  const guardHost = createHostGuard(parts.hosts);
  const authenticate = createAuthenticate(parts.secret, parts.registry);
  const serveOther = createOther(capturing);
  const serveRejected = createRejected(capturing);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { principal, path, query } = authenticate(request);
    const isApi = path.startsWith('/v1/') || path === '/v1';
    if (!principal || !isApi) return serveRejected(request, response, { principal, path, query });
    if (parts.refusesUncaptured && !capturing.canAccept) {
      throw new AppError('capture_unavailable', 'This call could not be recorded, so it is not served.');
    }
    const call = beginCall(request, principal, path, query);
    const upstream = upstreams[principal.way];
    if (call.method === 'POST' && HOT_ROUTES.has(path))
      return serveHot({ capturing }, call, upstream, request, response);
    return serveOther(call, upstream, request, response);
  }

  const app = express().disable('x-powered-by').disable('etag');
  app.use((request, _response, next) => {
    guardHost(request);
    next();
  });
  app.get(
    '/healthz',
    (_request, response) => void response.json({ ok: true, room: 'gateway', upstream: upstreams.key.name }),
  );
  app.get('/readyz', (_request, response) => {
    const problem = parts.notReady();
    response.status(problem ? 503 : 200).json({ ok: !problem, problem });
  });
  app.post('/internal/flush', async (request, response) => {
    const signer = findHopSigner(parts.secret, String(request.headers[HOP_HEADER] ?? ''), 'gateway');
    if (!signer) throw new AppError('forbidden', 'Only other rooms of this installation may ask for that.');
    await parts.flush();
    response.json({ ok: true });
  });
  app.use((request, response) => serve(request, response));
  app.use(
    (thrown: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
      respondError(response, toAppError(thrown));
    },
  );
  return app;
}
