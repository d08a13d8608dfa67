/** The console as an upstream: what Sekisho serves itself is answered there, with our word for project and key. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';
import { HOP_HEADER, KEY_HEADER, PROJECT_HEADER, signHop } from '../../collector/keys/derive.ts';
import { AppError } from '../../errors.ts';
import type { Principal } from '../steps/call.ts';
import { toUpstreamHeaders } from '../steps/headers.ts';

/** A grader may wait for a model. */
const TIMEOUT_MS = 900_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** Said by a browser of the gateway's own origin; the console's is another. */
const NOT_FOR_CONSOLE = ['origin', 'referer'];

export type Asked = {
  principal: Principal;
  method: string;
  /** From /v1 on. */
  path: string;
  query: string;
  /** The client's; credentials and what only rooms may say are left out. */
  headers: IncomingHttpHeaders;
  body: Readable | Buffer | undefined;
  signal: AbortSignal;
};

export type ConsoleLink = {
  /** The answer's head, and its body as a stream. @throws AppError console_unavailable; the signal's reason */
  send(asked: Asked): Promise<Dispatcher.ResponseData>;
  stop(): Promise<void>;
};

/** A link to the console at `url`. */
export function createConsoleLink(url: string, secret: string): ConsoleLink {
  const pool = new Pool(url, {
    connections: 128,
    connectTimeout: CONNECT_TIMEOUT_MS,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    allowH2: false,
  });
  return {
    async send({ principal, method, path, query, headers, body, signal }) {
      const given = toUpstreamHeaders(headers, 'key', undefined);
      for (const name of NOT_FOR_CONSOLE) delete given[name];
      const length = Buffer.isBuffer(body) ? String(body.length) : headers['content-length'];
      if (body && length !== undefined) given['content-length'] = length;
      try {
        return await pool.request({
          method: method as Dispatcher.HttpMethod,
          path: `/internal${path}${query === '' ? '' : `?${query}`}`,
          headers: {
            ...given,
            [HOP_HEADER]: signHop(secret, 'gateway', 'console'),
            [PROJECT_HEADER]: principal.project_id,
            [KEY_HEADER]: principal.key_id,
          },
          body: body ?? null,
          signal,
        });
      } catch (error) {
        if (error instanceof AppError) throw error;
        signal.throwIfAborted();
        throw new AppError('console_unavailable', 'This is served by the console, which is away just now.', {
          cause: error,
        });
      }
    },
    stop: () => pool.destroy(),
  };
}
