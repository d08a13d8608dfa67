/** Scripting an upstream that runs in another process: the same calls over HTTP, on paths no client uses. */
import type { ServerResponse } from 'node:http';
import { type Behaviour, type Matcher, parseJson, type Recorded, type Script } from './behaviour.ts';

export const CONTROL_PREFIX = '/_upstream/';

/**
 * `POST /_upstream/script {matcher, behaviour}`, `GET /_upstream/requests` (bodies as base64), `POST /_upstream/reset`.
 */
export function answerControl(
  request: Recorded,
  response: ServerResponse,
  state: { requests: Recorded[]; script: Script },
): void {
  const name = request.path.slice(CONTROL_PREFIX.length);
  let answer: unknown = { ok: true };
  if (name === 'script') {
    const { matcher, behaviour } = parseJson(request.body);
    state.script.add(matcher as Matcher, behaviour as Behaviour);
  } else if (name === 'requests') {
    answer = state.requests.map((one) => ({ ...one, over: undefined, body: one.body.toString('base64') }));
  } else if (name === 'reset') {
    state.script.clear();
    state.requests.length = 0;
  } else {
    response.statusCode = 404;
    answer = { ok: false };
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer));
}
