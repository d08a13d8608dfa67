/** http-proxy-middleware with keep-alive and nothing else, for comparison. */
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { reportReady } from './child.ts';

const proxy = createProxyMiddleware({
  target: process.argv[2] ?? '',
  agent: new Agent({ keepAlive: true, maxSockets: 1024 }),
});
const server = createServer((request, response) => {
  void proxy(request, response, () => response.writeHead(404).end());
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  reportReady({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
