/** Our users on a ClickHouse that is somebody else's: the same limits, grants and row policies, by SQL. */
import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import type { StoreRole, UserSetting } from './access.ts';
import {
  READER_TABLES,
  ROLE_SETTINGS,
  ROW_POLICY,
  STORE_ROLES,
  roleGrants,
  roleUser,
  userPassword,
} from './access.ts';
import { toStoreError } from './store-error.ts';

/** Answers that mean "this user may not do that here", or "somebody else's user has that name". */
const REFUSALS = new Set([
  493, // ACCESS_ENTITY_ALREADY_EXISTS
  495, // ACCESS_STORAGE_READONLY
  497, // ACCESS_DENIED
  514, // ACCESS_STORAGE_FOR_INSERTION_NOT_FOUND
]);

const literal = (value: string | number): string =>
  typeof value === 'number' ? String(value) : `'${value.replace(/[\\']/g, '\\$&')}'`;

function settingSql(name: string, { value, bound }: UserSetting): string {
  const limit = typeof bound === 'object' ? `MIN ${bound.min} MAX ${bound.max}` : '';
  return `${name} = ${literal(value)} ${bound === 'const' ? 'CONST' : limit}`.trimEnd();
}

function userSql(role: StoreRole, secret: string, database: string): string {
  const name = roleUser(role, database);
  // The hash, not the password: statements end up in query logs.
  const hash = createHash('sha256').update(userPassword(secret, name)).digest('hex');
  const settings = Object.entries(ROLE_SETTINGS[role]).map(([key, setting]) => settingSql(key, setting));
  return `CREATE USER ${name} IDENTIFIED WITH sha256_hash BY '${hash}' SETTINGS ${settings.join(', ')}`;
}

/** All statements that make our users for `database`, in order. */
export function userStatements(secret: string, database: string): string[] {
  const reader = roleUser('reader', database);
  const others = STORE_ROLES.filter((role) => role !== 'reader').map((role) => roleUser(role, database));
  return [
    ...STORE_ROLES.map((role) => userSql(role, secret, database)),
    ...STORE_ROLES.flatMap((role) =>
      roleGrants(role, database).map((grant) => `GRANT ${grant} TO ${roleUser(role, database)}`),
    ),
    // The second policy: a server may hide a table with policies from whoever has none.
    ...READER_TABLES.flatMap((table) => [
      `CREATE ROW POLICY OR REPLACE ${reader} ON ${database}.${table} USING ${ROW_POLICY} TO ${reader}`,
      `CREATE ROW POLICY OR REPLACE ${database}_all ON ${database}.${table} USING 1 TO ${others.join(', ')}`,
    ]),
  ];
}

/**
 * Makes our users where the given one may; takes away what it made when it may do only half of it.
 * @returns whether they are all there now
 */
export async function createUsers(
  client: ClickHouseClient,
  { secret, database }: { secret: string; database: string },
): Promise<boolean> {
  const made: string[] = [];
  try {
    for (const query of userStatements(secret, database)) {
      await client.command({ query });
      const user = /^CREATE USER (\w+)/.exec(query)?.[1];
      if (user) made.push(user);
    }
    return true;
  } catch (thrown) {
    const error = toStoreError(thrown);
    if (!REFUSALS.has(error.code)) throw error;
    for (const user of made) await client.command({ query: `DROP USER IF EXISTS ${user}` });
    return false;
  }
}

/**
 * Gives our users, who are there already, what a newer version needs: rights on its tables, and their policies. A
 * server that does not let us is left as it is; what is missing then shows where it is used.
 */
export async function renewUsers(
  client: ClickHouseClient,
  { secret, database }: { secret: string; database: string },
): Promise<void> {
  const statements = userStatements(secret, database).filter((query) => !query.startsWith('CREATE USER'));
  for (const query of statements) {
    // The embedded engine's users stand in a file and need nothing; elsewhere one refusal says nothing of the next.
    await client.command({ query }).catch(() => {});
  }
}
