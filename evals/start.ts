/** The evals room: its own health addresses. It has no kinds of jobs yet, so it starts none. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';

/** Nobody calls evals but those who watch it, hence the loopback and a free port. */
const HOST = '127.0.0.1';

/** Starts the room. */
export async function startEvals(_config: Config): Promise<{ url: string; stop(): Promise<void> }> {
  const app = express().disable('x-powered-by');
  app.get('/healthz', (_request, response) => void response.json({ ok: true }));
  app.get('/readyz', (_request, response) => void response.json({ ready: true }));
  app.use((_request, response) => {
    const error = new AppError('not_found', 'There is no such address here.');
    response.status(error.status).json(error.toBody());
  });
  const server = createServer(app).listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${HOST}:${port}`,
    stop: () =>
      (stopped ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      })),
  };
}
