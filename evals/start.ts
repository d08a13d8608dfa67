/** Starts the evals room: it follows the registry and does the jobs it finds there. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { createRegistryTail } from '../collector/registry/tail.ts';
import { createStoreAccess } from '../collector/store/store-access.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { EvalsContext } from './context.ts';
import { createFileContents } from './files/contents.ts';
import { createGatewayClient } from './gateway-client.ts';
import { JOB_KINDS } from './jobs/kinds.ts';
import { createJobRunner } from './jobs/runner.ts';
import { createRegistryWriter } from './jobs/writer.ts';
import { createScheduler } from './schedule/scheduler.ts';
import { createSweeper } from './sources/sweep.ts';

/** Nobody calls evals but those who watch it, hence the loopback and a free port. */
const HOST = '127.0.0.1';

const say = (line: string): void => void process.stderr.write(`evals: ${line}\n`);

/** Starts the room. It needs neither console nor gateway nor ClickHouse to start: jobs wait for them. */
export async function startEvals(config: Config): Promise<{ url: string; stop(): Promise<void> }> {
  const {
    SEKISHO_SECRET: secret,
    SEKISHO_CONSOLE_URL: consoleUrl,
    SEKISHO_GATEWAY_URL: gatewayUrl,
    CLICKHOUSE_URL: clickhouseUrl,
  } = config;
  if (!secret || !consoleUrl || !gatewayUrl || !clickhouseUrl) {
    throw new Error(
      'evals needs SEKISHO_SECRET, SEKISHO_CONSOLE_URL, SEKISHO_GATEWAY_URL and CLICKHOUSE_URL',
    );
  }
  const file = join(config.SEKISHO_DATA, 'evals', 'registry.json');
  const tail = createRegistryTail({ url: consoleUrl, secret, room: 'evals', file });
  const access = createStoreAccess(clickhouseUrl, config, secret);
  const contents = createFileContents(join(config.SEKISHO_DATA, 'files'));
  const context: EvalsContext = {
    registry: tail.view,
    writer: createRegistryWriter(consoleUrl, secret, tail.view),
    store: access.get,
    gateway: createGatewayClient(gatewayUrl, secret, 'evals'),
    contents,
    embeddingModel: config.SEKISHO_EMBEDDING_MODEL,
    say,
  };
  const runner = createJobRunner(context, JOB_KINDS);
  const scheduler = createScheduler(context);
  const sweeper = createSweeper(context);
  tail.start();
  void tail.ready.then(() => {
    runner.start();
    scheduler.start();
    sweeper.start();
  });
  const { url, close } = await serveHealth(() => tail.problem);
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await close();
    await scheduler.stop();
    await sweeper.stop();
    await runner.stop();
    await tail.stop();
    await access.close();
  };
  return { url, stop: () => (stopped ??= stop()) };
}

async function serveHealth(problem: () => string): Promise<{ url: string; close(): Promise<void> }> {
  const app = express().disable('x-powered-by');
  app.get('/healthz', (_request, response) => void response.json({ ok: true }));
  app.get('/readyz', (_request, response) => void response.json({ ready: true, problem: problem() }));
  app.use((_request, response) => {
    const error = new AppError('not_found', 'There is no such address here.');
    response.status(error.status).json(error.toBody());
  });
  const server = createServer(app).listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://${HOST}:${port}`, close };
}
