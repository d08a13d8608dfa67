/** The suite against the ClickHouse at CLICKHOUSE_URL (with CLICKHOUSE_USER), or against an engine of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../../collector/store/client.ts';
import { openStore } from '../../../collector/store/client.ts';
import type { TestEngine } from '../../kit/engine.ts';
import { TEST_SECRET, startTestEngine } from '../../kit/engine.ts';
import { storeSuite } from './store-suite.ts';

const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = process.env;

describe(`a store at ${url ?? 'an engine of its own'}`, () => {
  let engine: TestEngine | undefined;
  let store: Store;

  beforeAll(async () => {
    if (!url) engine = await startTestEngine();
    const server = engine ?? {
      url: String(url),
      secret: TEST_SECRET,
      database: `sekisho_test_${process.pid}`,
    };
    store = await openStore({ ...server, user, password });
  });
  afterAll(async () => {
    if (!engine) await store.admin.command({ query: `DROP DATABASE IF EXISTS ${store.database}` });
    await store.close();
    await engine?.stop();
  });

  storeSuite(() => store);
});

describe('a store that cannot be opened', () => {
  it('is worth another try when nobody answers', async () => {
    const opening = openStore({ url: 'http://127.0.0.1:9', secret: TEST_SECRET, database: 'sekisho' });
    await expect(opening).rejects.toMatchObject({ name: 'StoreError', code: 0, retryable: true });
  });
});
