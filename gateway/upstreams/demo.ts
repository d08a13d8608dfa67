/**
 * The upstream that answers while no provider is configured: a simulation, labelled as one in its texts, its header
 * and its model names. It listens on loopback inside the gateway's process, so a demo call takes the same road as
 * a real one. It never calls anything and knows nothing.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toModel, toModelList } from './demo/models.ts';
import { answerCall, isAnswered } from './demo/replies.ts';
import { asObject, type Json } from './demo/question.ts';
import { hashText } from './demo/seed.ts';
import { sendJson } from './demo/send.ts';
import { findRefusal } from './demo/trouble.ts';

export type DemoUpstream = {
  /** Ends in /v1. */
  url: string;
  stop(): Promise<void>;
};

const EMPTY = Buffer.alloc(0);
const AT_ONCE = { first: 0, between: 0 };

function sendError(response: ServerResponse, status: number, message: string): void {
  const error = { message: `Simulated: ${message}`, type: 'invalid_request_error', param: null, code: null };
  sendJson(response, status, { error }, AT_ONCE);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function parseObject(bytes: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    const object = asObject(value);
    return object === value ? object : undefined;
  } catch {
    return undefined;
  }
}

function answerPost(path: string, bytes: Buffer, response: ServerResponse): void {
  const body = parseObject(bytes);
  if (body === undefined) {
    sendError(response, 400, 'we could not parse the JSON body of your request.');
    return;
  }
  const refusal = findRefusal(body['model']);
  if (refusal !== undefined) {
    for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
    sendJson(response, refusal.status, { error: refusal.error }, { first: 20, between: 0 });
    return;
  }
  const seed = hashText(createHash('sha1').update(path).update(bytes).digest('base64'));
  answerCall({ path, body, seed, response });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = performance.now();
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const isPost = request.method === 'POST';
  // An upload to nobody may be large.
  const bytes = isPost && isAnswered(path) ? await readBody(request) : EMPTY;
  request.resume();
  response.setHeader('x-sekisho-simulated', 'true');
  response.setHeader('x-request-id', `req_${randomBytes(16).toString('hex')}`);
  response.setHeader('openai-processing-ms', Math.max(1, Math.round(performance.now() - started)));
  response.setHeader('openai-version', '2020-10-01');
  if (isPost && isAnswered(path)) {
    answerPost(path, bytes, response);
  } else if (request.method === 'GET' && path === '/v1/models') {
    sendJson(response, 200, toModelList(), AT_ONCE);
  } else if (request.method === 'GET' && path.startsWith('/v1/models/')) {
    sendJson(response, 200, toModel(decodeURIComponent(path.slice('/v1/models/'.length))), AT_ONCE);
  } else {
    sendError(response, 404, `invalid URL (${request.method} ${path})`);
  }
}

/** Starts the simulation on a free loopback port. `stop` ends open answers at once and may be called twice. */
export async function createDemoUpstream(): Promise<DemoUpstream> {
  const server = createServer((request, response) => {
    // a client that left, or a path that is no URI: the answer is nobody's any more
    answer(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // must not keep a gateway alive that has closed its own doors
  server.unref();
  const { port } = server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    stop() {
      stopped ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return stopped;
    },
  };
}
