/**
 * A scriptable server that speaks OpenAI's API: the provider of the tests. What it says follows from the request
 * alone; how it says it, and how it fails, is up to the test.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Behaviour, type Matcher, type Recorded, Script } from './behaviour.ts';
import { answerControl, CONTROL_PREFIX } from './control.ts';
import { type Reply, toError, toReply } from './reply.ts';
import { send } from './send.ts';

export type UpstreamOptions = {
  /** 0, the default, picks a free one. */
  port?: number;
  /** Refuse every other bearer with 401. */
  apiKey?: string;
  /** Keep the requests; on unless a load test turns it off. */
  record?: boolean;
  /** For requests that nothing is scripted for. */
  behaviour?: Behaviour;
};

export type Upstream = {
  /** Ends in /v1. */
  url: string;
  origin: string;
  /** In the order in which their bodies were complete. */
  requests: Recorded[];
  script(matcher: Matcher, behaviour: Behaviour): void;
  /** Forgets requests and script. */
  reset(): void;
  /** Resolves when `count` requests have been recorded. */
  arrived(count: number): Promise<void>;
  stop(): Promise<void>;
};

function toHeaders(reply: Reply, behaviour: Behaviour, count: number): Record<string, string> {
  const headers: Record<string, string | null> = {
    ...reply.headers,
    'x-request-id': `req_${count}`,
    'openai-processing-ms': '7',
    'openai-version': '2020-10-01',
    'openai-organization': 'org-test',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-remaining-requests': '9999',
    'x-ratelimit-reset-requests': '6ms',
    'x-ratelimit-limit-tokens': '200000',
    'x-ratelimit-remaining-tokens': '199000',
    'x-ratelimit-reset-tokens': '300ms',
    ...behaviour.headers,
  };
  return Object.fromEntries(Object.entries(headers).flatMap(([k, v]) => (v === null ? [] : [[k, v]])));
}

async function receive(incoming: IncomingMessage, response: ServerResponse): Promise<Recorded> {
  const chunks: Buffer[] = [];
  const over = new Promise<void>((resolve) => response.once('close', resolve));
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = incoming.url ?? '/';
  const mark = url.includes('?') ? url.indexOf('?') : url.length;
  const { method = 'GET', headers } = incoming;
  return {
    method,
    path: url.slice(0, mark),
    query: url.slice(mark),
    headers,
    body: Buffer.concat(chunks),
    aborted: false,
    over,
  };
}

/** Starts the upstream. `stop` breaks open connections and may be called twice. */
export async function startUpstream(options: UpstreamOptions = {}): Promise<Upstream> {
  const script = new Script();
  const requests: Recorded[] = [];
  const waiting = new Set<() => void>();
  let count = 0;

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const recorded = await receive(incoming, response);
    if (recorded.path.startsWith(CONTROL_PREFIX)) {
      answerControl(recorded, response, { requests, script });
      return;
    }
    count++;
    if (options.record !== false) requests.push(recorded);
    for (const check of waiting) check();
    const bearer = `Bearer ${options.apiKey}`;
    const wrongKey = options.apiKey !== undefined && recorded.headers.authorization !== bearer;
    const behaviour = wrongKey
      ? { status: 401, body: toError('Incorrect API key provided.', null, 'invalid_api_key') }
      : { ...options.behaviour, ...script.take(recorded) };
    const ours = behaviour.cut !== undefined || behaviour.garbage !== undefined;
    response.once('close', () => (recorded.aborted = !response.writableFinished && !ours));
    const reply = toReply(recorded, behaviour);
    await send(response, { ...reply, headers: toHeaders(reply, behaviour, count) }, behaviour);
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let stopped: Promise<void> | undefined;
  return {
    url: `${origin}/v1`,
    origin,
    requests,
    script: (matcher, behaviour) => script.add(matcher, behaviour),
    reset() {
      script.clear();
      requests.length = 0;
    },
    arrived(wanted) {
      return new Promise((resolve) => {
        const check = () => {
          if (requests.length < wanted) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      });
    },
    stop() {
      stopped ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return stopped;
    },
  };
}
