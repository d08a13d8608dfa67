/** Posts OTLP bytes to the collector until they are acknowledged: for ever, with back-off, Retry-After honoured. */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { HOP_HEADER, signHop } from '../../collector/keys/derive.ts';
import { freeBuffer } from '../../collector/spool/free.ts';
import { joinSmall } from './join-small.ts';

/** Up to here a copy is cheaper than another write to the socket. */
const SMALL_BYTES = 32 * 1024;
const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 5000;
/** Longer than the collector's own limit for an insert, so that it is never cut while it may still succeed. */
const TIMEOUT_MS = 120_000;

export type Poster = {
  /** Resolves when the collector has stored it; rejects only when `signal` aborts. */
  post(body: Uint8Array[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

/** A poster to `url` (the collector's origin); `onTrouble` gets a line when a post fails, at most one in ten seconds. */
export function createPoster(url: string, secret: string, onTrouble: (line: string) => void): Poster {
  const dispatcher = new Agent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS, connections: 2 });
  let saidAt = 0;

  async function tryOnce(
    body: Uint8Array[],
    signal: AbortSignal,
  ): Promise<{ ok: boolean; why: string; waitMs: number }> {
    const answer = await request(`${url}/v1/traces`, {
      method: 'POST',
      body: body.length === 1 ? body[0] : Readable.from(body, { objectMode: false }),
      signal,
      dispatcher,
      headers: {
        'content-type': 'application/x-protobuf',
        'content-length': String(body.reduce((sum, piece) => sum + piece.length, 0)),
        [HOP_HEADER]: signHop(secret, 'gateway', 'collector'),
      },
    });
    await answer.body.dump();
    const retryAfter = Number(answer.headers['retry-after']);
    return {
      ok: answer.statusCode === 200,
      why: `status ${answer.statusCode}`,
      waitMs: retryAfter * 1000 || 0,
    };
  }

  return {
    async post(pieces, signal) {
      const body = joinSmall(pieces, SMALL_BYTES);
      for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, MAX_DELAY_MS)) {
        signal.throwIfAborted();
        const result = await tryOnce(body, signal).catch((error: unknown) => ({
          ok: false,
          why: String(error),
          waitMs: 0,
        }));
        if (result.ok) return freeJoined(pieces, body);
        signal.throwIfAborted();
        if (Date.now() - saidAt > 10_000) {
          saidAt = Date.now();
          onTrouble(`ship: the collector did not take a batch (${result.why}); it is kept and sent again`);
        }
        await sleep(Math.max(result.waitMs, delay * (0.75 + Math.random() / 2)), undefined, { signal });
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** Frees what joining made; what was given belongs to the giver. */
function freeJoined(given: readonly Uint8Array[], joined: readonly Uint8Array[]): void {
  const own = new Set(given);
  for (const piece of joined) if (!own.has(piece)) freeBuffer(piece);
}
