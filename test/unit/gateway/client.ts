/** A plain HTTP client that sees what a client sees: when bytes come, and whether an answer ends or breaks. */
import { request as send, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import { KEY } from './kit.ts';

export type Seen = {
  status: number;
  headers: IncomingHttpHeaders;
  /** What has come so far. */
  readonly bytes: Buffer;
  /** Settles when the answer is over: did it end as it should, or break? */
  over: Promise<'ended' | 'broken'>;
  pause(): void;
  resume(): void;
  /** Hangs up. */
  leave(): void;
};

export type Asking = {
  /** Settles with the answer's head; rejects where the connection breaks before. */
  head: Promise<Seen>;
  readonly hasHead: boolean;
  write(bytes: Buffer): boolean;
  end(): void;
  leave(): void;
};

type AskOptions = {
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
  /** The body is written by the test. */
  isOpen?: boolean;
  onData?: (bytes: Buffer) => void;
};

/** Sends one request on a connection of its own, with KEY unless the headers have other credentials. */
export function ask(url: string, options: AskOptions = {}): Asking {
  const { method = 'POST', headers = { authorization: `Bearer ${KEY}` }, body, onData } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Seen>();
  promise.catch(() => {});
  let hasHead = false;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const request = send(url, { method, headers: { ...length, ...headers }, agent: false });
  onTestFinished(() => void request.destroy());
  request.on('error', reject);
  request.on('response', (response) => {
    hasHead = true;
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      onData?.(Buffer.concat(chunks));
    });
    response.on('error', () => {});
    resolve({
      status: response.statusCode ?? 0,
      headers: response.headers,
      get bytes() {
        return Buffer.concat(chunks);
      },
      over: new Promise((settle) => {
        response.on('close', () => settle(response.complete ? 'ended' : 'broken'));
      }),
      pause: () => void response.pause(),
      resume: () => void response.resume(),
      leave: () => void request.destroy(),
    });
  });
  if (!options.isOpen) request.end(body);
  return {
    head: promise,
    get hasHead() {
      return hasHead;
    },
    write: (bytes) => request.write(bytes),
    end: () => void request.end(),
    leave: () => void request.destroy(),
  };
}

/** An answer to its end. */
export async function take(url: string, options: AskOptions = {}) {
  const seen = await ask(url, options).head;
  const over = await seen.over;
  return { status: seen.status, headers: seen.headers, bytes: seen.bytes, text: seen.bytes.toString(), over };
}

export const chat = (extra: object = {}): string =>
  JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }], ...extra });
