/**
 * Who may do what in ClickHouse, written once: the embedded engine gets it as users.xml, a foreign server as SQL.
 * One user per lane, so that a greedy reader meets its own limits and never those of the writers.
 */
import { deriveKey } from '../keys/derive.ts';

export const STORE_ROLES = ['admin', 'ingest', 'reader', 'system'] as const;
export type StoreRole = (typeof STORE_ROLES)[number];

/** Every table a reader may see. Each has a project_id, and a row policy on it. */
export const READER_TABLES = [
  'spans',
  'span_bodies',
  'rollup_hour',
  'registry_log',
  'scores',
  'dataset_items',
  'eval_results',
  'chunks',
] as const;

/** What is appended to by insert alone, besides the calls. */
const APPENDED_TABLES = ['writers', 'registry_log', 'scores', 'dataset_items', 'eval_results', 'chunks'];

/** Row filter of the reader. A query without `log_comment` carries '' and matches no project. */
export const ROW_POLICY = `project_id = getSetting('log_comment') AND project_id != ''`;

/** A setting of a user: its value, and how far a query may move it. 'free' leaves it to the query. */
export type UserSetting = {
  value: string | number;
  bound: 'const' | 'free' | { min: number; max: number };
};

const fixed = (value: string | number): UserSetting => ({ value, bound: 'const' });
/** The lower bound matters: 0 means "no limit" and would pass a `max` alone. */
const upTo = (max: number): UserSetting => ({ value: max, bound: { min: 1, max } });
const megabytes = (count: number): number => count * 1_000_000;

const READ_ONLY: Record<string, UserSetting> = {
  // 2, not 1: log_comment, which carries the project, is a setting and must stay settable.
  readonly: fixed(2),
  allow_ddl: fixed(0),
  max_execution_time: upTo(20),
  timeout_overflow_mode: fixed('throw'),
  cancel_http_readonly_queries_on_client_close: fixed(1),
  // Its default of 1 keeps text indexes from being used: 2,061 ms instead of 33 ms.
  use_top_k_dynamic_filtering: fixed(0),
};

/** Limits per role. Their memory adds up to less than the server's cap, which hits whoever allocates next. */
export const ROLE_SETTINGS: Record<StoreRole, Record<string, UserSetting>> = {
  admin: { max_concurrent_queries_for_user: fixed(8) },
  ingest: {
    max_memory_usage_for_user: fixed(megabytes(700)),
    max_concurrent_queries_for_user: fixed(8),
  },
  reader: {
    ...READ_ONLY,
    max_memory_usage_for_user: fixed(megabytes(500)),
    max_concurrent_queries_for_user: fixed(16),
  },
  system: {
    ...READ_ONLY,
    max_memory_usage_for_user: fixed(megabytes(300)),
    max_concurrent_queries_for_user: fixed(4),
  },
};

/** What our tables are made of. Not `*`: the engines File and URL would reach out of the database. */
const ENGINES = [
  'Atomic',
  'Null',
  'View',
  'MaterializedView',
  'Distributed',
  'MergeTree',
  'ReplacingMergeTree',
  'AggregatingMergeTree',
  'SummingMergeTree',
];

/**
 * Privileges of a role, each to be put behind GRANT. Table by table: a view reached through `database.*` would show
 * its target's rows past the policy.
 */
export function roleGrants(role: StoreRole, database: string): string[] {
  const on = (privilege: string, tables: readonly string[]): string[] =>
    tables.map((table) => `${privilege} ON ${database}.${table}`);
  switch (role) {
    case 'admin':
      return [
        `ALL ON ${database}.*`,
        ...ENGINES.map((engine) => `TABLE ENGINE ON ${engine}`),
        'KILL QUERY ON *.*',
        'SELECT ON system.*',
      ];
    case 'ingest':
      // SELECT on `ingest` is what its views need; nothing is needed on their targets but the look-ups of the writer.
      return [
        ...on('INSERT', ['ingest', ...APPENDED_TABLES]),
        ...on('SELECT', ['ingest', 'spans', 'span_bodies', 'writers', 'registry_log']),
      ];
    case 'reader':
      return on('SELECT', READER_TABLES);
    case 'system':
      return [
        ...on('SELECT', [...READER_TABLES, 'writers', 'migrations']),
        ...['parts', 'detached_parts', 'disks', 'processes'].map((table) => `SELECT ON system.${table}`),
      ];
  }
}

/** Name of a role's user. It carries the database's, so that it never collides with a user of somebody else. */
export function roleUser(role: StoreRole, database: string): string {
  return `${database}_${role}`;
}

/** Password of one of our users, the same at every start. */
export function userPassword(secret: string, user: string): string {
  return deriveKey(secret, `clickhouse:${user}`).toString('base64url');
}
