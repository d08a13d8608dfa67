/** The gateway's road, step by step: host, health, who, capture, and then the hot path or the proxy. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type Express } from 'express';
import { findHopSigner, HOP_HEADER } from '../collector/keys/derive.ts';
import type { RegistryView } from '../collector/registry/view.ts';
import { AppError, toAppError } from '../errors.ts';
import { serveHot, HOT_ROUTES } from './routes/hot.ts';
import { isManaged, isRecorded, isUpload, serveManaged } from './routes/managed.ts';
import { createOther } from './routes/other.ts';
import { createRejected } from './routes/rejected.ts';
import { serveUpload } from './routes/upload.ts';
import { createAuthenticate } from './steps/authenticate.ts';
import { beginCall, type Principal } from './steps/call.ts';
import type { Capturing } from './steps/capture.ts';
import { createHostGuard } from './steps/guard-host.ts';
import type { Uploads } from './steps/hold-upload.ts';
import { respondError } from './steps/respond.ts';
import type { ConsoleLink } from './upstreams/console.ts';
import type { Upstream } from './upstreams/upstream.ts';

export type GatewayParts = {
  secret: string;
  registry: RegistryView;
  capturing: Capturing;
  /** Answer 503 instead of serving a call that cannot be captured. */
  refusesUncaptured: boolean;
  /** For Sekisho keys, and for pass-through. */
  upstreams: Record<Principal['way'], Upstream>;
  /** To what Sekisho serves itself. */
  link: ConsoleLink;
  uploads: Uploads;
  /** Names this server is known by besides loopback. */
  hosts: readonly string[];
  /** '' when ready, else what is missing. */
  notReady: () => string;
  flush: () => Promise<void>;
};

/**
 * The gateway's request listener. API calls go straight down the road; express serves the rest (health and what other
 * rooms ask), for its router would cost every call a tenth of what the call costs.
 */
export function createGatewayApp(parts: GatewayParts): RequestListener {
  const guardHost = createHostGuard(parts.hosts);
  const serve = createRoad(parts);
  const own = createOwnRoutes(parts);
  return (request, response) => {
    try {
      guardHost(request);
      if (OWN_PATHS.has(request.url ?? '')) own(request, response);
      else serve(request, response).catch((thrown: unknown) => respondError(response, toAppError(thrown)));
    } catch (thrown) {
      respondError(response, toAppError(thrown));
    }
  };
}

/** Who, where to, and then the hot path or the proxy. */
function createRoad(parts: GatewayParts) {
  const { secret, registry, capturing, upstreams, refusesUncaptured } = parts;
  const authenticate = createAuthenticate(secret, registry);
  const serveOther = createOther(capturing);
  const serveRejected = createRejected(capturing);

  return async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { principal, path, query, claim } = authenticate(request);
    const isApi = path.startsWith('/v1/') || path === '/v1';
    if (!principal || !isApi) return serveRejected(request, response, { principal, path, query });
    const call = beginCall(request, principal, path, query, claim);
    const isHot = call.method === 'POST' && HOT_ROUTES.has(path);
    const isOurs = !isHot && principal.way === 'key' && isManaged(path);
    const leavesRecord = !isOurs || isRecorded(call);
    if (leavesRecord && refusesUncaptured && !capturing.canAccept) {
      throw new AppError('capture_unavailable', 'This call could not be recorded, so it is not served.');
    }
    // A room keeps its results beside the very call they come from.
    if (claim && leavesRecord) response.setHeader('x-sekisho-span-id', call.span_id);
    const upstream = upstreams[principal.way];
    if (isHot) return serveHot(parts, call, upstream, request, response);
    if (!isOurs) return serveOther(call, upstream, request, response);
    if (isUpload(call)) return serveUpload(parts, call, upstream, request, response);
    return serveManaged(parts, call, request, response);
  };
}

const OWN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/internal/flush']);

/** What the gateway answers of itself. */
function createOwnRoutes({ secret, upstreams, notReady, flush }: GatewayParts): Express {
  const app = express().disable('x-powered-by').disable('etag');
  app.get(
    '/healthz',
    (_request, response) => void response.json({ ok: true, room: 'gateway', upstream: upstreams.key.name }),
  );
  app.get('/readyz', (_request, response) => {
    const problem = notReady();
    response.status(problem ? 503 : 200).json({ ok: !problem, problem });
  });
  app.post('/internal/flush', async (request, response) => {
    const signer = findHopSigner(secret, String(request.headers[HOP_HEADER] ?? ''), 'gateway');
    if (!signer) throw new AppError('forbidden', 'Only other rooms of this installation may ask for that.');
    await flush();
    response.json({ ok: true });
  });
  app.use((request: express.Request) => {
    throw new AppError('method_not_allowed', `${request.method} is not served here.`);
  });
  app.use(
    (thrown: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) =>
      respondError(response, toAppError(thrown)),
  );
  return app;
}
