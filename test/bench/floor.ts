/**
 * The floor: the least a Node proxy can do. It reads the request, dispatches it with undici, and passes on what
 * comes back; a client that leaves ends the upstream call.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Dispatcher, Pool } from 'undici';
import { reportReady } from './child.ts';

const STREAM_FROM_BYTES = 64 * 1024;

const pool = new Pool(process.argv[2] ?? '', { connections: 1024, pipelining: 1 });

function toHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { host: _host, connection: _connection, 'keep-alive': _alive, ...rest } = headers;
  return rest;
}

function toHandler(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller) {
      response.on('close', () => {
        if (!response.writableFinished) controller.abort(new Error('the client left'));
      });
    },
    onResponseStart(_controller, status, headers) {
      const {
        connection: _connection,
        'keep-alive': _alive,
        'transfer-encoding': _coding,
        ...rest
      } = headers;
      response.writeHead(status, rest);
    },
    onResponseData(controller, chunk) {
      if (response.write(chunk)) return;
      controller.pause();
      response.once('drain', () => controller.resume());
    },
    onResponseEnd() {
      response.end();
    },
    onResponseError() {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    },
  };
}

function dispatch(request: IncomingMessage, response: ServerResponse, body: Buffer | IncomingMessage): void {
  const { url = '/', method = 'GET' } = request;
  pool.dispatch({ path: url, method, headers: toHeaders(request.headers), body }, toHandler(response));
}

const server = createServer((request, response) => {
  // Measured: small bodies are cheaper in one piece, large ones cheaper as a stream.
  if (Number(request.headers['content-length']) > STREAM_FROM_BYTES) {
    dispatch(request, response, request);
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const [first = Buffer.alloc(0)] = chunks;
    dispatch(request, response, chunks.length > 1 ? Buffer.concat(chunks) : first);
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  reportReady({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
