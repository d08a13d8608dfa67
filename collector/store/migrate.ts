/**
 * Brings the tables to the newest state: numbered SQL files, forward only, each recorded with its checksum.
 *
 * ClickHouse has no transactions and no locks, so safety lies in the statements: every one of them may run twice, also
 * at the same time. Two processes that start at once, and one that was killed half-way, both end with the same tables.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Store } from './client.ts';
import { MIN_FREE_BYTES } from './disk.ts';
import { insertBytes } from './insert.ts';
import { StoreError, toStoreError } from './store-error.ts';

export type Migration = { name: string; checksum: string; statements: string[] };

export type MigrateOptions = {
  /** Folder of the numbered files. */
  folder?: URL;
  /** Hears of every statement before it runs. */
  report?: (line: string) => void;
};

const TABLES = new URL('../tables/', import.meta.url);
const FILE = /^\d{4}-[a-z0-9-]+\.sql$/;

/** Forms of statements that leave the same tables when they run twice. */
const REPEATABLE = [
  /^CREATE (TABLE|MATERIALIZED VIEW|VIEW|DICTIONARY) IF NOT EXISTS /,
  /^CREATE OR REPLACE (VIEW|DICTIONARY|FUNCTION) /,
  /^DROP (TABLE|VIEW|DICTIONARY) IF EXISTS /,
  /^ALTER TABLE \w+ (ADD|DROP|CLEAR) (COLUMN|INDEX|PROJECTION|CONSTRAINT) IF (NOT )?EXISTS [^;]*$/,
  /^ALTER TABLE \w+ MODIFY (COLUMN|TTL|SETTING|QUERY|COMMENT) /,
];

const JOURNAL = `CREATE TABLE IF NOT EXISTS migrations
(name String, checksum String, at DateTime64(3, 'UTC') DEFAULT now64(3))
ENGINE = MergeTree ORDER BY name SETTINGS non_replicated_deduplication_window = 1000`;

/** What a statement may hit when another process runs the same one at this moment; the next try finds it done. */
const RACES = new Set([
  57, // TABLE_ALREADY_EXISTS
  60, // UNKNOWN_TABLE: created, not yet visible
  253, // REPLICA_ALREADY_EXISTS
  473, // DEADLOCK_AVOIDED
  517, // CANNOT_ASSIGN_ALTER
  529, // another ALTER changed the table first
]);
const TRIES = 20;
const RETRY_MS = 50;

/** The statements of `sql`: a semicolon at the end of a line ends one; lines that begin with `--` are comments. */
export function splitStatements(sql: string): string[] {
  return sql
    .replace(/^\s*--.*$/gm, '')
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** Reads the numbered files of `folder` in order. @throws Error for a statement that may not run twice */
export function readMigrations(folder: URL = TABLES): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.toSorted().map((name, index) => {
    if (!FILE.test(name) || Number(name.slice(0, 4)) !== index + 1) {
      throw new Error(
        `Migration ${name}: expected a name like ${String(index + 1).padStart(4, '0')}-what.sql.`,
      );
    }
    const sql = readFileSync(new URL(name, folder), 'utf8').replaceAll('\r\n', '\n');
    const statements = splitStatements(sql);
    const unsafe = statements.find((text) => !REPEATABLE.some((form) => form.test(text)));
    if (unsafe)
      throw new Error(`Migration ${name} has a statement that may not run twice: ${unsafe.slice(0, 80)}`);
    return { name, checksum: createHash('sha256').update(sql).digest('hex'), statements };
  });
}

async function execute(store: Store, query: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await store.admin.command({ query });
      return;
    } catch (thrown) {
      const error = toStoreError(thrown);
      if (!RACES.has(error.code) || attempt === TRIES) throw error;
      await wait(RETRY_MS);
    }
  }
}

async function select<Row>(store: Store, query: string): Promise<Row[]> {
  const answer = await store.admin.query({ query, format: 'JSONEachRow' });
  return answer.json<Row>();
}

/** On a full disk an ALTER reports success and leaves a database that never opens again. */
export async function requireRoom(store: Store): Promise<void> {
  const [disk] = await select<{ free: string }>(
    store,
    'SELECT toString(min(unreserved_space)) AS free FROM system.disks',
  );
  if (disk && Number(disk.free) < MIN_FREE_BYTES) {
    throw new StoreError(
      243,
      `ClickHouse has only ${disk.free} bytes of disk left: make room, then start again.`,
    );
  }
}

async function record(store: Store, { name, checksum }: Migration): Promise<void> {
  const line = Buffer.from(`${JSON.stringify({ name, checksum })}\n`);
  await insertBytes(store, {
    lane: 'admin',
    table: 'migrations',
    columns: ['name', 'checksum'],
    format: 'JSONEachRow',
    bytes: line,
    token: `migration:${name}`,
  });
}

/** The migrations that `store` lacks. @throws Error when it was made by other files than ours */
function findMissing(all: Migration[], applied: { name: string; checksum: string }[]): Migration[] {
  const known = new Map(all.map((migration) => [migration.name, migration]));
  for (const { name, checksum } of applied) {
    const ours = known.get(name);
    if (!ours)
      throw new Error(
        `The database has migration ${name}, which this version does not know: update Sekisho.`,
      );
    if (ours.checksum !== checksum)
      throw new Error(`Migration ${name} was changed after it had been applied.`);
  }
  const done = new Set(applied.map(({ name }) => name));
  return all.filter(({ name }) => !done.has(name));
}

/**
 * Applies what is missing.
 * @returns the names of the files that were applied now
 * @throws StoreError; Error when database and files do not belong together
 */
export async function migrate(store: Store, options: MigrateOptions = {}): Promise<string[]> {
  const all = readMigrations(options.folder);
  await execute(store, JOURNAL);
  const applied = await select<{ name: string; checksum: string }>(
    store,
    'SELECT DISTINCT name, checksum FROM migrations ORDER BY name',
  );
  const missing = findMissing(all, applied);
  if (missing.length > 0) await requireRoom(store);
  for (const migration of missing) {
    for (const [index, statement] of migration.statements.entries()) {
      options.report?.(`${migration.name} ${index + 1}/${migration.statements.length}`);
      await execute(store, statement);
    }
    await record(store, migration);
  }
  return missing.map(({ name }) => name);
}
