/** Starts the console: registry, REST API, page. It needs nothing but its data folder; the other rooms may come later. */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { openOutbox } from '../../collector/append/outbox.ts';
import type { Config } from '../../config.ts';
import { createRegistryShipper } from '../../collector/registry/ship.ts';
import { openRegistry } from '../../collector/registry/store.ts';
import type { Store } from '../../collector/store/client.ts';
import { createFileContents } from '../../evals/files/contents.ts';
import { createGatewayClient } from '../../evals/gateway-client.ts';
import { createApp } from './app.ts';
import type { ConsoleContext } from './context.ts';
import { createThrottle } from './guard/throttle.ts';
import { listen } from './listen.ts';
import { dropExpiredFiles } from './managed/files.ts';
import { sweepContents } from './managed/kept-contents.ts';
import { say } from './log.ts';
import { createLiveCalls } from './live/poller.ts';
import { registryFile } from './owner.ts';
import { toRoomUrls } from './rooms.ts';
import { seed } from './seed.ts';
import { createStoreAccess } from '../../collector/store/store-access.ts';

export { resetOwner, setupLink } from './owner.ts';

/** How often the registry looks for what a command of another process appended. */
const REFRESH_MS = 500;
/** Files that have expired are hidden at once, and gone within this. */
const EXPIRE_EVERY_MS = 60_000;
const STOP_GRACE_MS = 3_000;
const PAGE_FOLDER = new URL('../web/dist', import.meta.url).pathname;

export type ConsoleOptions = {
  /** A store that is open already; it is not closed with the console. */
  store?: Store;
  /** Folder of the built page. */
  pageFolder?: string;
};

export type RunningConsole = {
  url: string;
  /** Ends streams and long polls, finishes answers under way, closes the registry. Idempotent. */
  stop(): Promise<void>;
};

/** @throws Error with a line for people when it cannot start */
export async function startConsole(config: Config, options: ConsoleOptions = {}): Promise<RunningConsole> {
  const secret = config.SEKISHO_SECRET;
  if (!secret) throw new Error('SEKISHO_SECRET is needed to start the console.');
  const urls = toRoomUrls(config);
  const access = createStoreAccess(urls.clickhouse, config, secret, options.store);
  const registry = openRegistry(registryFile(config));
  const outbox = openOutbox(join(config.SEKISHO_DATA, 'console', 'append.db'), access.get, say);
  const stopping = new AbortController();
  const live = createLiveCalls(access.get, say);
  const shipper = createRegistryShipper(registry, access.get);
  const contents = createFileContents(join(config.SEKISHO_DATA, 'files'));
  const context: ConsoleContext = {
    config,
    secret,
    registry,
    store: access.get,
    outbox,
    live,
    urls,
    gateway: createGatewayClient(urls.gateway, secret, 'console'),
    contents,
    throttle: createThrottle(),
    stopping: stopping.signal,
  };
  const server = createServer(createApp(context, options.pageFolder ?? PAGE_FOLDER));
  let port: number;
  try {
    await seed(registry, config, secret);
    await sweepContents(context);
    port = await listen(server, config.SEKISHO_HOST, config.CONSOLE_PORT);
  } catch (error) {
    await outbox.stop();
    registry.close();
    throw error;
  }
  const refresh = setInterval(() => registry.refresh(), REFRESH_MS);
  const expire = setInterval(() => {
    void dropExpiredFiles(context).catch((error: unknown) => say(`expired files stay: ${String(error)}`));
  }, EXPIRE_EVERY_MS);
  shipper.start();
  outbox.start();

  const stop = async (): Promise<void> => {
    clearInterval(refresh);
    clearInterval(expire);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    stopping.abort();
    live.stop();
    server.closeIdleConnections();
    const force = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
    await closed;
    clearTimeout(force);
    await shipper.stop();
    await outbox.stop();
    await access.close();
    registry.close();
  };
  let stopped: Promise<void> | undefined;
  return { url: `http://${toUrlHost(config.SEKISHO_HOST)}:${port}`, stop: () => (stopped ??= stop()) };
}

/** A URL that can be opened: "all addresses" is none. */
function toUrlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
