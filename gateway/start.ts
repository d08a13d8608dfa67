/** Starts the gateway room. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createRegistryTail } from '../collector/registry/tail.ts';
import type { Config } from '../config.ts';
import { createGatewayApp } from './app.ts';
import { createShipper } from './ship/shipper.ts';
import { createCapturing } from './steps/capture.ts';
import { createUploads } from './steps/hold-upload.ts';
import { createConsoleLink } from './upstreams/console.ts';
import { createDemoUpstream } from './upstreams/demo.ts';
import { createUpstream } from './upstreams/upstream.ts';

const OPENAI = 'https://api.openai.com/v1';
/** How long answers under way may take to finish once we are asked to stop, and then the spool to be shipped. */
const DRAIN_MS = 20_000;
const SHIP_MS = 10_000;
const HEADERS_TIMEOUT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 600_000;
const KEEP_ALIVE_MS = 75_000;

const say = (line: string): void => void process.stderr.write(`gateway: ${line}\n`);

type Running = {
  server: ReturnType<typeof createServer>;
  /** In the order in which they end, after the server. */
  ends: (() => unknown)[];
};

/** @throws where the port is taken or a needed setting is missing. */
export async function startGateway(config: Config): Promise<{ url: string; stop(): Promise<void> }> {
  const state = { isReady: false, isStopping: false };
  const { server, ends } = await assemble(config, state);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(config.GATEWAY_PORT, config.SEKISHO_HOST, resolve);
  await promise;
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${port}`,
    async stop() {
      if (state.isStopping) return;
      state.isStopping = true;
      await closeServer(server);
      for (const end of ends) await end();
    },
  };
}

/** Everything but the open port. Resolves when the registry is known, from the console or from its copy on disk. */
async function assemble(config: Config, state: { isReady: boolean; isStopping: boolean }): Promise<Running> {
  const {
    SEKISHO_SECRET: secret,
    SEKISHO_COLLECTOR_URL: collectorUrl,
    SEKISHO_CONSOLE_URL: consoleUrl,
  } = config;
  if (!secret || !collectorUrl || !consoleUrl) {
    throw new Error('the gateway needs SEKISHO_SECRET, SEKISHO_COLLECTOR_URL and SEKISHO_CONSOLE_URL');
  }
  const folder = join(config.SEKISHO_DATA, 'gateway');
  const tail = createRegistryTail({
    url: consoleUrl,
    secret,
    room: 'gateway',
    file: join(folder, 'registry.json'),
    kinds: ['project', 'key', 'ingest_token', 'prompt', 'prompt_version'],
  });
  tail.start();
  const maxBytes = config.SEKISHO_SPOOL_MAX_BYTES;
  const shipper = await createShipper({
    spool: join(folder, 'spool'),
    secret,
    collectorUrl,
    maxBytes,
    onTrouble: say,
    onDeath,
  });
  const capturing = createCapturing(shipper.writer, config.SEKISHO_CAPTURE);
  const { upstreams, stop: stopUpstreams } = await createUpstreams(config);
  const link = createConsoleLink(consoleUrl, secret);
  const uploads = await createUploads(join(folder, 'uploads'));
  await tail.ready;
  state.isReady = true;
  const app = createGatewayApp({
    secret,
    registry: tail.view,
    capturing,
    refusesUncaptured: config.SEKISHO_SPOOL_FULL === 'refuse',
    upstreams,
    link,
    uploads,
    hosts: [
      config.SEKISHO_HOST,
      ...(config.SEKISHO_PUBLIC_URL ? [new URL(config.SEKISHO_PUBLIC_URL).hostname] : []),
    ],
    notReady: () => (state.isStopping ? 'stopping' : state.isReady ? '' : 'waiting for the registry'),
    flush: () => shipper.flush(),
  });
  const timeouts = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
  const server = createServer({ ...timeouts, keepAliveTimeout: KEEP_ALIVE_MS }, app);
  const ends = [
    () => capturing.stop(),
    () => shipper.stop(SHIP_MS),
    () => tail.stop(),
    () => link.stop(),
    stopUpstreams,
  ];
  return { server, ends };
}

/** The upstream of our own keys (the demo while no provider is configured), and that of pass-through calls. */
async function createUpstreams(config: Config) {
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey } = config;
  const passthrough = createUpstream(baseUrl ?? OPENAI, apiKey ? { apiKey } : {});
  const demo = baseUrl || apiKey ? undefined : await createDemoUpstream();
  const key = demo ? createUpstream(demo.url, { name: 'demo' }) : passthrough;
  const stop = () => Promise.all([key.pool.destroy(), passthrough.pool.destroy(), demo?.stop()]);
  return { upstreams: { key, passthrough }, stop };
}

function onDeath(error: Error): void {
  say(`the shipping worker died, starting anew: ${error.stack}`);
  process.exit(1);
}

/** No new connections; answers under way finish, for a while. */
async function closeServer(server: ReturnType<typeof createServer>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(timer);
}
