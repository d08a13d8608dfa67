/** Who is kept from what by the embedded engine itself, whatever our own code asks. */
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StoreRole } from '../../../collector/store/access.ts';
import { roleUser, userPassword } from '../../../collector/store/access.ts';
import type { Store } from '../../../collector/store/client.ts';
import { openStore } from '../../../collector/store/client.ts';
import { insertBytes } from '../../../collector/store/insert.ts';
import { migrate } from '../../../collector/store/migrate.ts';
import { callBatch, countTargets } from '../../kit/calls.ts';
import type { TestEngine } from '../../kit/engine.ts';
import { startTestEngine } from '../../kit/engine.ts';

let engine: TestEngine;
let store: Store;

beforeAll(async () => {
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
  await insertBytes(store, callBatch('p1:1', { project: 'p1', writer: 'p1', count: 3 }));
  await insertBytes(store, callBatch('p2:1', { project: 'p2', writer: 'p2', count: 5 }));
});
afterAll(async () => {
  await store.close();
  await engine.stop();
});

type Login = { user?: string; password?: string };

/** A login as one of our users. */
function as(role: StoreRole): Login {
  const user = roleUser(role, engine.database);
  return { user, password: userPassword(engine.secret, user) };
}

function send(
  query: string,
  login: Login,
  settings: Record<string, string> = {},
): ReturnType<typeof request> {
  const parameters = new URLSearchParams({ database: engine.database, query, ...settings });
  const outgoing = request(`${engine.url}/?${parameters}`, { method: 'POST', agent: false });
  if (login.user !== undefined) outgoing.setHeader('X-ClickHouse-User', login.user);
  if (login.password !== undefined) outgoing.setHeader('X-ClickHouse-Key', login.password);
  return outgoing;
}

/** Status, error code and text of one query over plain HTTP. */
async function exchange(query: string, login: Login, settings: Record<string, string> = {}) {
  const outgoing = send(query, login, settings).end();
  const [answer] = await once(outgoing, 'response');
  return {
    status: answer.statusCode as number,
    code: Number(answer.headers['x-clickhouse-exception-code'] ?? 0),
    text: await text(answer),
  };
}

const ACCESS_DENIED = 497;
const SETTING_CONSTRAINT_VIOLATION = 452;
const READONLY = 164;
const INTO_OUTFILE_NOT_ALLOWED = 358;
const QUERY_IS_PROHIBITED = 392;

describe('whoever has no login', () => {
  it.each<[string, Login]>([
    ['no user', {}],
    ['user default', { user: 'default' }],
    ['user default with an empty password', { user: 'default', password: '' }],
    ['user default with a password', { user: 'default', password: 'x' }],
    ['the reader without its password', { user: 'sekisho_reader' }],
    ['the admin with a wrong password', { user: 'sekisho_admin', password: 'x' }],
    ['a user that is not there', { user: 'nobody', password: 'x' }],
  ])('is refused as %s', async (_name, login) => {
    const answer = await exchange('SELECT 1', login);
    expect(answer.status).not.toBe(200);
    expect([194, 516, 700]).toContain(answer.code);
    expect(answer.text).not.toMatch(/^1$/m);
  });
});

describe('the reader', () => {
  it.each([
    'CREATE TABLE t (x UInt8) ENGINE = Memory',
    'CREATE TEMPORARY TABLE t (x UInt8)',
    "INSERT INTO spans (project_id) VALUES ('p1')",
    "ALTER TABLE spans DELETE WHERE project_id = 'p1'",
    'TRUNCATE TABLE spans',
    'DROP TABLE spans',
    'SYSTEM SHUTDOWN',
    'KILL QUERY WHERE 1',
    "SELECT * FROM file('/etc/hostname', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM remote('127.0.0.1', system.one)",
    "SELECT * FROM executable('id', 'TSV', 'x String')",
    "INSERT INTO FUNCTION file('/tmp/stolen', 'TSV', 'x String') SELECT 1",
    "SELECT 1 INTO OUTFILE '/tmp/stolen'",
    'SELECT * FROM ingest',
    'SELECT * FROM writers',
    'SELECT * FROM to_spans',
    'SELECT * FROM migrations',
    'SELECT * FROM system.processes',
    'SELECT * FROM system.users',
  ])('may not %s', async (query) => {
    const answer = await exchange(query, as('reader'), { log_comment: 'p1' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect([ACCESS_DENIED, READONLY, INTO_OUTFILE_NOT_ALLOWED]).toContain(answer.code);
  });

  it.each([
    ['readonly', '0'],
    ['allow_ddl', '1'],
    ['timeout_overflow_mode', 'break'],
    ['cancel_http_readonly_queries_on_client_close', '0'],
    ['use_top_k_dynamic_filtering', '1'],
    ['max_memory_usage_for_user', '0'],
    ['max_concurrent_queries_for_user', '0'],
    ['max_execution_time', '0'],
    ['max_execution_time', '21'],
  ])('may not set %s to %s', async (name, value) => {
    const answer = await exchange('SELECT 1', as('reader'), { [name]: value });
    expect([SETTING_CONSTRAINT_VIOLATION, READONLY, QUERY_IS_PROHIBITED]).toContain(answer.code);
  });

  it('may set the project, and ask for less time', async () => {
    const answer = await exchange('SELECT 1', as('reader'), { log_comment: 'p1', max_execution_time: '5' });
    expect(answer.text).toBe('1\n');
  });

  const counts: [string, string][] = [
    ['count', 'SELECT count() FROM spans'],
    ['sub-select', 'SELECT count() FROM (SELECT * FROM spans)'],
    ['join', 'SELECT count() FROM spans AS a JOIN span_bodies AS b ON a.writer = b.writer AND a.seq = b.seq'],
    ['union', 'SELECT sum(c) FROM (SELECT count() AS c FROM spans UNION ALL SELECT toUInt64(0))'],
    ['filter', "SELECT count() FROM spans WHERE hasToken(search_text, 'hello')"],
    ['other project by filter', "SELECT count() FROM spans WHERE project_id IN ('p1', 'p2')"],
    ['roll-up', 'SELECT sum(calls) FROM rollup_hour'],
    ['bodies', 'SELECT count() FROM span_bodies'],
    ['table function', "SELECT count() FROM merge('sekisho', '^spans$')"],
  ];
  it.each(counts)('sees its project alone by %s, and nothing without one', async (_name, query) => {
    const one = await exchange(query, as('reader'), { log_comment: 'p1' });
    const none = await exchange(query, as('reader'));
    const every = await exchange(query, as('system'));
    expect([one.text, none.text, every.text]).toEqual(['3\n', '0\n', '8\n']);
  });

  it('is stopped while it writes when its client hangs up', async () => {
    const id = 'writing-1';
    const outgoing = send('SELECT number FROM numbers(1000000000000)', as('reader'), { query_id: id }).end();
    const [answer] = await once(outgoing, 'response');
    await once(answer, 'readable');
    outgoing.destroy();
    await vi.waitFor(async () => expect(await isRunning(id)).toBe(false), { timeout: 5000 });
  });
});

async function isRunning(id: string): Promise<boolean> {
  const answer = await exchange(`SELECT count() FROM system.processes WHERE query_id = '${id}'`, as('admin'));
  return answer.text === '1\n';
}

describe('every object with a project_id', () => {
  it('is kept from the reader, or shows it one project alone', async () => {
    const columns = await exchange(
      `SELECT DISTINCT table FROM system.columns
       WHERE name = 'project_id' AND database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema') FORMAT TSV`,
      as('admin'),
    );
    const tables = columns.text.trim().split('\n');
    expect(tables).toEqual(
      expect.arrayContaining(['spans', 'span_bodies', 'rollup_hour', 'registry_log', 'ingest']),
    );
    const policies = await exchange(
      "SELECT table FROM system.row_policies WHERE has(apply_to_list, 'sekisho_reader') FORMAT TSV",
      as('admin'),
    );
    const covered = policies.text.trim().split('\n');
    for (const table of tables) {
      const answer = await exchange(`SELECT count() FROM ${table}`, as('reader'));
      const isKept = answer.code === ACCESS_DENIED;
      expect(isKept || (covered.includes(table) && answer.text === '0\n'), table).toBe(true);
    }
  });
});

describe('the writer', () => {
  it.each([
    'SELECT * FROM rollup_hour',
    'SELECT * FROM migrations',
    "INSERT INTO spans (project_id) VALUES ('p1')",
    'ALTER TABLE spans DROP COLUMN name',
    'DROP TABLE spans',
    "SELECT * FROM file('/etc/hostname', 'LineAsString')",
  ])('may not %s', async (query) => {
    expect((await exchange(query, as('ingest'))).code).toBe(ACCESS_DENIED);
  });

  it('leaves nothing of a batch that its death cuts off', async () => {
    // More than the 256 KiB that the server reads before it begins.
    const { bytes, columns } = callBatch('cut:1', { writer: 'cut', count: 5000 });
    const query = `INSERT INTO ingest (${columns.join(',')}) FORMAT JSONEachRow`;
    const outgoing = send(query, as('ingest'), { query_id: 'cut-1', async_insert: '0' });
    outgoing.on('error', () => undefined);
    outgoing.write(bytes);
    await vi.waitFor(async () => expect(await isRunning('cut-1')).toBe(true));
    outgoing.destroy();
    await vi.waitFor(async () => expect(await isRunning('cut-1')).toBe(false));
    expect(await countTargets(store, 'cut')).toMatchObject({ spans: 0, bodies: 0 });
  });
});
