/** Step: one search of one vector store, asked of the console and recorded as a span of its own. */
import type { IncomingHttpHeaders } from 'node:http';
import { AppError, toAppError } from '../../errors.ts';
import type { ConsoleLink } from '../upstreams/console.ts';
import type { Call } from './call.ts';
import type { Capturing, Sent } from './capture.ts';
import { recordError } from './respond.ts';

const RETRIEVAL: Sent = {
  operation: 'retrieval',
  provider: 'sekisho',
  upstream: 'sekisho',
  server: '',
  model: '',
  stream: false,
  usage_injected: false,
};

export type Searching = { capturing: Capturing; link: ConsoleLink };
export type Searched = { status: number; headers: IncomingHttpHeaders; bytes: Buffer };

/** The path of a search, whoever's store it is. */
export const SEARCH_PATH = /^\/v1\/vector_stores\/[^/]+\/search$/;

/**
 * Sends `body` to `call.path`, which is one of SEARCH_PATH. Resolves once the record of the call is written.
 * @throws AppError console_unavailable (recorded too); the signal's reason
 */
export async function search(
  { capturing, link }: Searching,
  call: Call,
  headers: IncomingHttpHeaders,
  body: Buffer,
  signal: AbortSignal,
): Promise<Searched> {
  const capture = capturing.open(call, RETRIEVAL, headers, body);
  try {
    const { principal, method, path, query } = call;
    const answer = await link.send({ principal, method, path, query, headers, body, signal });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    const { statusCode: status, headers: answered } = answer;
    capture.started(answered);
    capture.data(bytes);
    const isError = status >= 400;
    const ending = { status, error_type: isError ? String(status) : '' };
    await new Promise<void>((resolve) =>
      capture.close({ ...ending, outcome: isError ? 'error' : 'ok' }, resolve),
    );
    return { status, headers: answered, bytes };
  } catch (thrown) {
    if (signal.aborted) {
      const left = { outcome: 'cancelled', status: 0, error_type: 'client_disconnected' } as const;
      capture.close(left, () => {});
      throw thrown;
    }
    const error = thrown instanceof AppError ? thrown : broken(thrown);
    await new Promise<void>((resolve) => recordError(capture, error, resolve));
    throw error;
  }
}

function broken(thrown: unknown): AppError {
  if (!(thrown instanceof Error)) return toAppError(thrown);
  return new AppError('console_unavailable', 'The console went away while it was searching.', {
    cause: thrown,
  });
}
