/** New calls as server-sent events. */
import * as contract from '../../contract/calls.ts';
import { defineEndpoint } from '../endpoint.ts';

const HEARTBEAT_MS = 15_000;
/** A reader this far behind is cut off; it comes back and reloads its list. */
const MAX_BEHIND_BYTES = 4 * 1024 ** 2;

export const streamCalls = defineEndpoint(
  contract.streamCalls,
  ({ live, registry, stopping }, { params, query, isStillAllowed, response }) => {
    response.set({
      'content-type': 'text/event-stream; charset=utf-8',
      // A proxy that buffers would hold events back.
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    const send = (text: string): void => {
      if (response.writableEnded) return;
      if (response.writableLength > MAX_BEHIND_BYTES) response.destroy();
      else response.write(text);
    };
    const unsubscribe = live.subscribe(params.project_id, query, {
      onReady: () => send('event: ready\ndata: {}\n\n'),
      onCall: (call) => send(`event: call\ndata: ${JSON.stringify({ ...call, scores: [] })}\n\n`),
    });
    // A session that ended must not leave a stream open; a role taken away ends it at once.
    const check = (): void => {
      if (!isStillAllowed()) response.end();
    };
    const forgetRegistry = registry.onAppend(check);
    const heartbeat = setInterval(() => {
      check();
      send(': still here\n\n');
    }, HEARTBEAT_MS);
    const end = (): void => void response.end();
    stopping.addEventListener('abort', end);
    response.once('close', () => {
      clearInterval(heartbeat);
      unsubscribe();
      forgetRegistry();
      stopping.removeEventListener('abort', end);
    });
    send('retry: 2000\n\n');
  },
);
