/** Writing what was decided, at the pace of a model. */
import type { ServerResponse } from 'node:http';
import { type SseEvent, toSseText } from './answer.ts';

export type Pace = {
  /** Milliseconds before the first byte. */
  first: number;
  /** Milliseconds between two events. */
  between: number;
  /** Break the connection after this share of the answer, 0 to 1. */
  cutAt?: number;
};

/** Runs `step` after `ms`, unless the client has gone by then. */
function later(response: ServerResponse, ms: number, step: () => void): void {
  const timer = setTimeout(step, ms);
  response.once('close', () => clearTimeout(timer));
}

/** Sends a JSON body. */
export function sendJson(response: ServerResponse, status: number, body: unknown, pace: Pace): void {
  const bytes = Buffer.from(JSON.stringify(body));
  later(response, pace.first, () => {
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
    if (pace.cutAt === undefined) {
      response.end(bytes);
      return;
    }
    // destroyed only when the part is out: a reset throws away what is still unsent
    response.write(bytes.subarray(0, Math.floor(bytes.length * pace.cutAt)), () => response.destroy());
  });
}

/** Sends server-sent events one by one, with a single timer for the whole stream. */
export function sendEvents(response: ServerResponse, events: readonly SseEvent[], pace: Pace): void {
  const end = pace.cutAt === undefined ? events.length : Math.ceil(events.length * pace.cutAt);
  let next = 0;
  later(response, pace.first, () => {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
    });
    const timer = setInterval(sendNext, pace.between);
    response.once('close', () => clearInterval(timer));
    sendNext();

    function sendNext(): void {
      const event = events[next++];
      if (event !== undefined && next <= end) {
        response.write(toSseText(event));
        return;
      }
      clearInterval(timer);
      if (pace.cutAt === undefined) response.end();
      else response.destroy();
    }
  });
}
