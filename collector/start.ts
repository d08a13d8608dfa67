/** Starts the collector room: the OTLP door, and behind it the tables. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import type { Config } from '../config.ts';
import { answerTracesError, createGatewayCheck, createTracesHandler } from './receive/traces.ts';
import { openStore, type Store } from './store/client.ts';
import { migrate } from './store/migrate.ts';

/** A segment carries 32 MiB and the calls that overlap it; one call at most 128. */
const MAX_POST_BYTES = 512 * 1024 ** 2;
const RETRY_MS = 500;
const SAY_EVERY_MS = 10_000;

const say = (line: string): void => void process.stderr.write(`collector: ${line}\n`);

/** Listens at once and answers 503 until the tables are there; resolves when they are. */
export async function startCollector(config: Config): Promise<{ url: string; stop(): Promise<void> }> {
  const { SEKISHO_SECRET: secret, CLICKHOUSE_URL: clickhouseUrl } = config;
  if (!secret || !clickhouseUrl) throw new Error('the collector needs SEKISHO_SECRET and CLICKHOUSE_URL');
  const stopping = new AbortController();
  const open: { store: Store | undefined } = { store: undefined };

  const app = express().disable('x-powered-by').disable('etag');
  app.get('/healthz', (_request, response) => void response.json({ ok: true, room: 'collector' }));
  app.get('/readyz', async (_request, response) => {
    const isReady = (await open.store?.ping()) ?? false;
    response
      .status(isReady ? 200 : 503)
      .json({ ok: isReady, problem: isReady ? '' : 'ClickHouse does not answer' });
  });
  app.post(
    '/v1/traces',
    createGatewayCheck(secret),
    express.raw({ type: () => true, limit: MAX_POST_BYTES, inflate: false }),
    createTracesHandler({ store: () => open.store, say }),
  );
  app.use('/v1/traces', answerTracesError);
  const server = createServer(app);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(config.COLLECTOR_PORT, config.SEKISHO_HOST, resolve);
  await promise;
  open.store = await openWithRetry(config, secret, clickhouseUrl, stopping.signal);

  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${port}`,
    async stop() {
      stopping.abort();
      server.closeIdleConnections();
      await new Promise<void>((done) => server.close(() => done()));
      await open.store?.close();
    },
  };
}

async function openWithRetry(
  config: Config,
  secret: string,
  url: string,
  signal: AbortSignal,
): Promise<Store> {
  for (let saidAt = 0; ;) {
    try {
      const store = await openStore({
        url,
        secret,
        database: config.CLICKHOUSE_DATABASE,
        user: config.CLICKHOUSE_USER,
        password: config.CLICKHOUSE_PASSWORD,
      });
      await migrate(store);
      return store;
    } catch (error) {
      signal.throwIfAborted();
      if (Date.now() - saidAt > SAY_EVERY_MS) {
        saidAt = Date.now();
        say(`waiting for ClickHouse at ${url}: ${error instanceof Error ? error.message : String(error)}`);
      }
      await sleep(RETRY_MS, undefined, { signal });
    }
  }
}
