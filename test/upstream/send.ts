/** Putting a reply on the wire, well or badly, as the behaviour says. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { Behaviour } from './behaviour.ts';
import type { Reply } from './reply.ts';

/** Breaks the connection; what was written before has left this process by then. */
async function cut(response: ServerResponse, how: 'reset' | 'fin'): Promise<void> {
  const { socket } = response;
  if (socket === null) return;
  if (how === 'fin') {
    socket.end();
    return;
  }
  // a reset makes the peer's kernel drop what it has not yet read: give it a moment to
  await wait(20);
  socket.resetAndDestroy();
}

/** The writes up to where the connection is to break. */
function truncate(writes: readonly Buffer[], at: NonNullable<Behaviour['cut']>): Buffer[] {
  const kept = writes.slice(0, at.afterWrites ?? writes.length);
  if (at.afterBytes === undefined) return kept;
  const bytes = Buffer.concat(kept).subarray(0, at.afterBytes);
  let start = 0;
  return kept.flatMap(({ length }) => {
    const piece = bytes.subarray(start, start + length);
    start += length;
    return piece.length > 0 ? [piece] : [];
  });
}

async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  if (response.write(bytes)) return;
  const stop = new AbortController();
  const options = { signal: stop.signal };
  await Promise.race([once(response, 'drain', options), once(response, 'close', options)]).finally(() =>
    stop.abort(),
  );
}

/** Sends `reply`; returns early when the client has gone. */
export async function send(response: ServerResponse, reply: Reply, behaviour: Behaviour): Promise<void> {
  if (behaviour.delayMs) await wait(behaviour.delayMs);
  if (behaviour.hang === 'head' || response.destroyed) return;
  if (behaviour.garbage !== undefined) {
    response.socket?.end(behaviour.garbage);
    return;
  }
  response.writeHead(reply.status, reply.headers);
  response.flushHeaders();
  if (behaviour.hang === 'body') return;
  const writes = behaviour.cut ? truncate(reply.writes, behaviour.cut) : reply.writes;
  for (const [index, bytes] of writes.entries()) {
    if (index > 0 && behaviour.betweenMs) await wait(behaviour.betweenMs);
    // else the kernel may join what should arrive in pieces
    else if (index > 0 && behaviour.splits) await nextTurn();
    if (response.destroyed) return;
    await write(response, bytes);
  }
  if (behaviour.cut) {
    await cut(response, behaviour.cut.how);
    return;
  }
  const { socket } = response;
  response.end();
  // else a client would wait for the missing bytes until the keep-alive runs out
  if (behaviour.contentLengthOff) response.once('finish', () => socket?.end());
}
