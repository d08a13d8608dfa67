/** When nobody waits for an answer any more. */
import type { ServerResponse } from 'node:http';

/** Aborts when the client has hung up (or has its answer: then nothing listens any more). */
export function endOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the client hung up')));
  return gone.signal;
}
