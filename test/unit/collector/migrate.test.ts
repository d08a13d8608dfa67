/** Migrations: read in order, applied once, by several processes at a time and across deaths. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../../collector/store/client.ts';
import { openStore } from '../../../collector/store/client.ts';
import { migrate, readMigrations, splitStatements } from '../../../collector/store/migrate.ts';
import type { TestEngine } from '../../kit/engine.ts';
import { startTestEngine } from '../../kit/engine.ts';

const TOOL = { user: 'owner', password: 'password of the owner' };
const CHILD = new URL('../../kit/migrate-child.ts', import.meta.url).pathname;
const PROCESSES = 3;

let engine: TestEngine;
let schema: string;

beforeAll(async () => {
  engine = await startTestEngine({ tool: TOOL });
  const store = await openStore(engine);
  await migrate(store);
  schema = await describeSchema(store);
  await store.close();
});
afterAll(() => engine.stop());

/** Everything the server knows of the tables, without the database's name. */
async function describeSchema(store: Store): Promise<string> {
  const answer = await store.admin.query({
    query:
      'SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY name',
    format: 'TabSeparatedRaw',
  });
  return (await answer.text()).replaceAll(store.database, 'DATABASE');
}

async function inDatabase<T>(database: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ ...engine, ...TOOL, database });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** The journal's lines, one for each file that was applied. */
async function readJournal(store: Store): Promise<string[]> {
  const answer = await store.admin.query({
    query: 'SELECT name FROM migrations ORDER BY name',
    format: 'JSONEachRow',
  });
  return (await answer.json<{ name: string }>()).map(({ name }) => name);
}

/** A process that migrates `database` once it is told to go. */
async function readyChild(database: string, deadly = 0) {
  const child = spawn(
    process.execPath,
    [CHILD, engine.url, TOOL.user, TOOL.password, database, String(deadly)],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const gone = once(child, 'exit');
  await once(child, 'message');
  return {
    async go(): Promise<number | string> {
      child.send('go');
      const [code, signal] = await gone;
      return signal ?? code;
    },
  };
}

const names = readMigrations().map(({ name }) => name);

describe('migrations', () => {
  it.each([1, 2, 3])(
    'leave the same tables when several processes start at once (round %i)',
    async (round) => {
      const database = `together_${round}`;
      const children = await Promise.all(Array.from({ length: PROCESSES }, () => readyChild(database)));
      expect(await Promise.all(children.map((child) => child.go()))).toEqual(Array(PROCESSES).fill(0));
      await inDatabase(database, async (store) => {
        expect(await describeSchema(store)).toBe(schema);
        expect(await readJournal(store)).toEqual(names);
      });
    },
  );

  it('go on where a process was killed between two statements', async () => {
    const database = 'killed';
    for (const deadly of [1, 4, 9]) {
      const child = await readyChild(database, deadly);
      expect(await child.go()).toBe('SIGKILL');
    }
    await inDatabase(database, async (store) => {
      await migrate(store);
      expect(await describeSchema(store)).toBe(schema);
      expect(await readJournal(store)).toEqual(names);
    });
  });

  it('hold for many migrators in one process', async () => {
    await inDatabase('crowd', async (store) => {
      await Promise.all(Array.from({ length: 8 }, () => migrate(store)));
      expect(await readJournal(store)).toEqual(names);
    });
  });
});

describe('a folder of migrations', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sekisho-tables-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is forward only: what was applied may neither change nor go', async () => {
    const url = pathToFileURL(`${folder}/`);
    const file = join(folder, '0001-first.sql');
    await inDatabase('forward', async (store) => {
      writeFileSync(file, 'CREATE TABLE IF NOT EXISTS a (x UInt8) ENGINE = MergeTree ORDER BY x;\n');
      expect(await migrate(store, { folder: url })).toEqual(['0001-first.sql']);
      writeFileSync(
        join(folder, '0002-second.sql'),
        'ALTER TABLE a ADD COLUMN IF NOT EXISTS y UInt8 DEFAULT 3;\n',
      );
      expect(await migrate(store, { folder: url })).toEqual(['0002-second.sql']);
      rmSync(join(folder, '0002-second.sql'));
      await expect(migrate(store, { folder: url })).rejects.toThrow('update Sekisho');
      writeFileSync(file, 'CREATE TABLE IF NOT EXISTS a (x UInt16) ENGINE = MergeTree ORDER BY x;\n');
      await expect(migrate(store, { folder: url })).rejects.toThrow('was changed after it had been applied');
    });
  });

  it.each([
    ['0001-a.sql', 'CREATE TABLE a (x UInt8) ENGINE = Null;', 'may not run twice'],
    ['0001-a.sql', 'INSERT INTO a VALUES (1);', 'may not run twice'],
    ['0001-a.sql', 'ALTER TABLE a ADD COLUMN y UInt8;', 'may not run twice'],
    ['0002-a.sql', 'DROP TABLE IF EXISTS a;', 'expected a name like 0001-what.sql'],
    ['1-a.sql', 'DROP TABLE IF EXISTS a;', 'expected a name like 0001-what.sql'],
  ])('is refused with %s holding %s', (name, sql, reason) => {
    const own = mkdtempSync(join(folder, 'refused-'));
    writeFileSync(join(own, name), sql);
    expect(() => readMigrations(pathToFileURL(`${own}/`))).toThrow(reason);
  });
});

describe('splitStatements', () => {
  it('cuts at semicolons that end a line, outside of comments', () => {
    const sql = "-- one; two;\nSELECT 1;\n  -- no;\nSELECT ';' AS a, -- kept\n 2 ;  \nSELECT 3";
    expect(splitStatements(sql)).toEqual(['SELECT 1', "SELECT ';' AS a, -- kept\n 2", 'SELECT 3']);
  });
});
