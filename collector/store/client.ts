/** The four lanes to ClickHouse: one client per user, whether the server is the embedded one or somebody else's. */
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { createClient } from '@clickhouse/client';
import type { StoreRole } from './access.ts';
import { STORE_ROLES, roleUser, userPassword } from './access.ts';
import { createUsers, renewUsers } from './external.ts';
import { StoreError, toStoreError } from './store-error.ts';

export type StoreOptions = {
  url: string;
  /** SEKISHO_SECRET: root of our users' passwords. */
  secret: string;
  database: string;
  /** User of a server that is not ours (CLICKHOUSE_USER): it creates our users where it may. */
  user?: string | undefined;
  password?: string | undefined;
};

type Lanes = Record<StoreRole, ClickHouseClient>;

/** An open store. `reader` answers people and is only used by `queries/run.ts`. */
export type Store = Lanes & {
  readonly url: string;
  readonly database: string;
  /** False when one foreign user does everything: then nothing but our own queries keeps projects apart. */
  readonly separated: boolean;
  /** Whether the server answers a query now. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
};

/** Connections per lane: many reads must not take the sockets of the writers. */
const LANES: Record<StoreRole, { connections: number; timeout_ms: number }> = {
  admin: { connections: 4, timeout_ms: 120_000 },
  ingest: { connections: 8, timeout_ms: 180_000 },
  // Longer than the server's own limit, which gives the better answer.
  reader: { connections: 16, timeout_ms: 30_000 },
  system: { connections: 4, timeout_ms: 30_000 },
};

/** Answers look the same from every server: UTC, ISO times, and numbers that JavaScript cannot hold as strings. */
const SETTINGS: ClickHouseSettings = {
  session_timezone: 'UTC',
  date_time_output_format: 'iso',
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
};

type Login = { username: string; password: string };

function connect(options: StoreOptions, role: StoreRole, login: Login, database: string): ClickHouseClient {
  return createClient({
    url: options.url,
    ...login,
    database,
    application: 'sekisho',
    max_open_connections: LANES[role].connections,
    request_timeout: LANES[role].timeout_ms,
    clickhouse_settings: SETTINGS,
    // A list of a store's files is longer than a URL may be.
    use_multipart_params_auto: true,
    log: { level: 127 },
  });
}

function roleLogin({ secret, database }: StoreOptions, role: StoreRole): Login {
  const username = roleUser(role, database);
  return { username, password: userPassword(secret, username) };
}

/** Runs `use` with a client that needs no database of ours yet. */
async function borrow<T>(
  options: StoreOptions,
  role: StoreRole,
  login: Login,
  use: (client: ClickHouseClient) => Promise<T>,
): Promise<T> {
  const client = connect(options, role, login, 'system');
  try {
    return await use(client);
  } catch (error) {
    throw toStoreError(error);
  } finally {
    await client.close();
  }
}

/** Whether all four of our users can log in. @throws StoreError when the server cannot be asked */
async function knowsOurUsers(options: StoreOptions): Promise<boolean> {
  const asked = await Promise.allSettled(
    STORE_ROLES.map((role) =>
      borrow(options, role, roleLogin(options, role), (client) => client.command({ query: 'SELECT 1' })),
    ),
  );
  for (const answer of asked) {
    if (answer.status === 'fulfilled') continue;
    if (answer.reason instanceof StoreError && answer.reason.isAuthentication) return false;
    throw answer.reason;
  }
  return true;
}

/** Our users' logins, or the one login that stands in for all of them. */
async function findLogins(options: StoreOptions): Promise<Login | undefined> {
  const isKnown = await knowsOurUsers(options);
  if (isKnown && !options.user) return undefined;
  if (!options.user) {
    const message = `${options.url} does not know our users. Set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD to one that may create them.`;
    throw new StoreError(516, message);
  }
  const login = { username: options.user, password: options.password ?? '' };
  if (isKnown) {
    await borrow(options, 'admin', login, (client) => renewUsers(client, options));
    return undefined;
  }
  const created = await borrow(options, 'admin', login, (client) => createUsers(client, options));
  return created && (await knowsOurUsers(options)) ? undefined : login;
}

async function ensureDatabase(client: ClickHouseClient, database: string): Promise<void> {
  const answer = await client.query({
    query: 'SELECT count() AS count FROM databases WHERE name = {database:String}',
    query_params: { database },
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<{ count: string }>();
  if (row?.count !== '0') return;
  await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database} ENGINE = Atomic` });
}

/**
 * Opens the four lanes, after making our users (on a foreign server) and our database where they are missing.
 * @throws StoreError when the server cannot be reached or refuses us
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const single = await findLogins(options);
  const login = (role: StoreRole): Login => single ?? roleLogin(options, role);
  await borrow(options, 'admin', login('admin'), (client) => ensureDatabase(client, options.database));
  const lanes = Object.fromEntries(
    STORE_ROLES.map((role) => [role, connect(options, role, login(role), options.database)]),
  ) as Lanes;
  return {
    ...lanes,
    url: options.url,
    database: options.database,
    separated: single === undefined,
    // A query, not /ping: on a taken port somebody else would answer that.
    ping: () => lanes.system.ping({ select: true }).then((result) => result.success),
    async close() {
      await Promise.all(STORE_ROLES.map((role) => lanes[role].close()));
    },
  };
}
