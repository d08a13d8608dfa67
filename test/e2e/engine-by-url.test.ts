/** An engine that is nothing but a URL and a login with every right, as a server of somebody else is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../collector/store/client.ts';
import { openStore } from '../../collector/store/client.ts';
import { userStatements } from '../../collector/store/external.ts';
import type { TestEngine } from '../kit/engine.ts';
import { startTestEngine } from '../kit/engine.ts';
import { storeSuite } from '../unit/collector/store-suite.ts';

const TOOL = { user: 'owner', password: 'password of the owner' };
const OTHER_SECRET = 'the-secret-of-another-installation-0123456789';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine({ tool: TOOL });
});
afterAll(() => engine.stop());

describe('a ClickHouse given by its URL', () => {
  let store: Store;

  beforeAll(async () => {
    // Another secret and database: nothing of what that engine knows is ours.
    store = await openStore({ url: engine.url, secret: OTHER_SECRET, database: 'guest', ...TOOL });
  });
  afterAll(() => store.close());

  it('says that one user does everything where it may not make users', () => {
    // This engine has no place to keep users that are made by SQL.
    expect(store.separated).toBe(false);
  });

  storeSuite(() => store);
});

describe('our users by SQL', () => {
  it('are statements that the server understands', async () => {
    const store = await openStore(engine);
    for (const statement of userStatements(OTHER_SECRET, 'guest')) {
      await store.admin.command({ query: `EXPLAIN AST ${statement}` });
    }
    expect(store.separated).toBe(true);
    await store.close();
  });

  it('are found when they are there, without a login of somebody else', async () => {
    const store = await openStore({
      url: engine.url,
      secret: engine.secret,
      database: engine.database,
      ...TOOL,
    });
    expect(store.separated).toBe(true);
    await store.close();
  });

  it('are asked for clearly when they are missing', async () => {
    const opening = openStore({ url: engine.url, secret: OTHER_SECRET, database: 'guest' });
    await expect(opening).rejects.toThrow('Set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD');
  });

  it('are refused clearly with a wrong login', async () => {
    const login = { user: TOOL.user, password: 'wrong' };
    const opening = openStore({ url: engine.url, secret: OTHER_SECRET, database: 'guest', ...login });
    await expect(opening).rejects.toMatchObject({ isAuthentication: true });
  });
});
