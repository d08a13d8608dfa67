/** Which processes `main.ts all` runs, and what each is told: ports already chosen, and everybody's address. */
import { randomInt } from 'node:crypto';
import type { Config } from '../../config.ts';
import type { RoomName } from '../../room.ts';
import { StartError } from './say.ts';
import { isFree, waitForPort } from './wait.ts';

const PORT_KEYS = ['CLICKHOUSE_PORT', 'COLLECTOR_PORT', 'CONSOLE_PORT', 'GATEWAY_PORT'] as const;
type PortKey = (typeof PORT_KEYS)[number];

/** Below the range that Linux takes for outgoing connections, so that nothing else grabs a port once it is chosen. */
const FREE_PORTS = { from: 20_000, to: 32_000 } as const;
const FREE_PORT_TRIES = 100;

export type Process = { readonly rooms: readonly RoomName[]; readonly env: Record<string, string> };
export type Plan = {
  /** Sink first: the order of starting; stopping goes the other way. */
  readonly processes: readonly Process[];
  /** Origins, without a path. */
  readonly urls: Record<'clickhouse' | 'collector' | 'console' | 'gateway', string>;
};

/** Chooses ports and writes the environment of each process. @throws StartError when a port is taken. */
export async function makePlan(config: Config, secret: string): Promise<Plan> {
  const ports = await choosePorts(config);
  const at = (key: PortKey) => `http://${toReachable(config.SEKISHO_HOST)}:${ports[key]}`;
  const urls = {
    clickhouse: config.CLICKHOUSE_URL ?? `http://127.0.0.1:${ports.CLICKHOUSE_PORT}`,
    collector: at('COLLECTOR_PORT'),
    console: at('CONSOLE_PORT'),
    gateway: at('GATEWAY_PORT'),
  };
  const shared = {
    ...Object.fromEntries(PORT_KEYS.map((key) => [key, String(ports[key])])),
    SEKISHO_DATA: config.SEKISHO_DATA,
    SEKISHO_SECRET: secret,
    SEKISHO_COLLECTOR_URL: urls.collector,
    SEKISHO_CONSOLE_URL: urls.console,
    SEKISHO_GATEWAY_URL: urls.gateway,
  };
  const client = { ...shared, CLICKHOUSE_URL: urls.clickhouse };
  const processes: Process[] = [
    { rooms: ['collector', 'console', 'evals'], env: client },
    { rooms: ['gateway'], env: client },
  ];
  if (!config.CLICKHOUSE_URL) processes.unshift({ rooms: ['clickhouse'], env: shared });
  return { processes, urls };
}

async function choosePorts(config: Config): Promise<Record<PortKey, number>> {
  const wanted = PORT_KEYS.filter((key) => key !== 'CLICKHOUSE_PORT' || !config.CLICKHOUSE_URL);
  const ports: Record<PortKey, number> = {
    CLICKHOUSE_PORT: 0,
    COLLECTOR_PORT: 0,
    CONSOLE_PORT: 0,
    GATEWAY_PORT: 0,
  };
  for (const key of wanted.filter((name) => config[name] > 0)) {
    const twin = PORT_KEYS.find((other) => ports[other] === config[key]);
    if (twin) throw new StartError(`${twin} and ${key} are both ${config[key]}; give each its own port.`);
    if (!(await waitForPort(toBindable(config, key), config[key]))) {
      throw new StartError(
        `Port ${config[key]} (${key}) is in use by another program. Free it, or set ${key} to another port (0 picks a free one).`,
      );
    }
    ports[key] = config[key];
  }
  for (const key of wanted.filter((name) => config[name] === 0)) {
    ports[key] = await findFreePort(toBindable(config, key), Object.values(ports));
  }
  return ports;
}

async function findFreePort(host: string, taken: readonly number[]): Promise<number> {
  for (let i = 0; i < FREE_PORT_TRIES; i++) {
    const port = randomInt(FREE_PORTS.from, FREE_PORTS.to);
    if (!taken.includes(port) && (await isFree(host, port))) return port;
  }
  throw new StartError(`No free port between ${FREE_PORTS.from} and ${FREE_PORTS.to} on ${host}.`);
}

/** The engine listens on the loopback only, whatever SEKISHO_HOST says. */
function toBindable(config: Config, key: PortKey): string {
  return key === 'CLICKHOUSE_PORT' ? '127.0.0.1' : config.SEKISHO_HOST;
}

/** The address under which a process on this machine reaches what listens on `host`. */
function toReachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
