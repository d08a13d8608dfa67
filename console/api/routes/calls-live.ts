/** New calls as server-sent events. */
import * as contract from '../../contract/calls.ts';
import { defineEndpoint } from '../endpoint.ts';

const HEARTBEAT_MS = 15_000;
/** A reader this far behind is cut off; it comes back and reloads its list. */
const MAX_BEHIND_BYTES = 4 * 1024 ** 2;

export const streamCalls = defineEndpoint(
  contract.streamCalls,
  ({ live, stopping }, { params, query, isStillAllowed, response }) => {
    response.set({
      'content-type': 'text/event-stream; charset=utf-8',
      // A proxy that buffers would hold events back.
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    const send = (text: string): void => {
      if (response.writableLength > MAX_BEHIND_BYTES) response.destroy();
      else response.write(text);
    };
    const unsubscribe = live.subscribe(params.project_id, query, {
      onReady: () => send('event: ready\ndata: {}\n\n'),
      onCall: (call) => send(`event: call\ndata: ${JSON.stringify(call)}\n\n`),
    });
    const heartbeat = setInterval(() => {
      // A role taken away or a session ended must not leave a stream open.
      if (isStillAllowed()) send(': still here\n\n');
      else response.end();
    }, HEARTBEAT_MS);
    const end = (): void => void response.end();
    stopping.addEventListener('abort', end);
    response.once('close', () => {
      clearInterval(heartbeat);
      unsubscribe();
      stopping.removeEventListener('abort', end);
    });
    send('retry: 2000\n\n');
  },
);
