/** Calls that are not served: no known key, or no such route. Recorded as metadata, the unknown ones only so many. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../../errors.ts';
import { REJECTED_PROJECT, type Authenticated, type Rejected } from '../steps/authenticate.ts';
import { beginCall } from '../steps/call.ts';
import type { Capturing } from '../steps/capture.ts';
import { respondError } from '../steps/respond.ts';

const RECORDED_PER_SECOND = 10;
const NOBODY = { project_id: REJECTED_PROJECT, key_id: '', way: 'key' } as const;
const EMPTY = Buffer.alloc(0);

const SENT = {
  operation: '',
  provider: '',
  upstream: '',
  server: '',
  model: '',
  stream: false,
  usage_injected: false,
};

/** Answers a call that goes nowhere. */
export function createRejected(capturing: Capturing) {
  let second = 0;
  let recorded = 0;

  function mayRecord(): boolean {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) {
      second = now;
      recorded = 0;
    }
    return ++recorded <= RECORDED_PER_SECOND;
  }

  return function serveRejected(
    request: IncomingMessage,
    response: ServerResponse,
    { principal, path, query }: Authenticated | Rejected,
  ): void {
    const error = principal ? unknownRoute(request) : refusal(request, path);
    const call = beginCall(request, principal ?? NOBODY, path, principal ? query : '');
    if (!principal && !mayRecord()) return respondError(response, error, call.trace_id);
    const size = Number(request.headers['content-length'] ?? 0);
    const capture = capturing.open(call, SENT, request.headers, EMPTY, { size });
    request.resume();
    respondError(response, error, call.trace_id, capture);
  };
}

function unknownRoute(request: IncomingMessage): AppError {
  return new AppError(
    'not_found',
    `There is no ${request.method} ${request.url?.split('?')[0]} here. The API is under /v1.`,
  );
}

function refusal(request: IncomingMessage, path: string): AppError {
  const isPassthrough = request.url?.startsWith('/k/') ?? false;
  if (!isPassthrough && path !== '/v1' && !path.startsWith('/v1/')) return unknownRoute(request);
  const what = isPassthrough
    ? 'The ingest token in the URL is not known here.'
    : 'The API key is missing or not known here.';
  return new AppError('invalid_api_key', `${what} Look it up in the console under Keys.`);
}
