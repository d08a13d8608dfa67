/** A dataset's version through kills: every call of the filter once, in order, under places without a hole. */
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { openStore } from '../../collector/store/client.ts';
import { bootSekisho, type Booted, SECRET } from '../kit/boot.ts';
import { datasetsOf } from '../kit/datasets.ts';
import { spanHex, storeCalls } from '../kit/spans.ts';
import { waitUntil } from '../kit/wait.ts';

const CALLS = 5_000;
const KILLS = 2;
const BEGAN = Date.UTC(2026, 10, 1);

const messages = (text: string): string =>
  JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: `${text} ${'x'.repeat(2_000)}` }] }]);

async function storeMany(sekisho: Booted, project_id: string): Promise<void> {
  const store = await openStore({ url: sekisho.urls.clickhouse, secret: SECRET, database: 'sekisho' });
  const calls = Array.from({ length: CALLS }, (_, i) => ({
    project_id,
    started_at: BEGAN + i * 1_000,
    span_id: BigInt(i + 1),
    thread_key: String(i % 97),
    input_tokens: 700,
    dialect: 'openai.responses',
    input_messages: messages(`question ${i}`),
    output_messages: messages(`answer ${i}`),
  }));
  await storeCalls(store, calls);
  await store.close();
}

async function projectOf(sekisho: Booted): Promise<string> {
  const [row] = await waitUntil('the project', async () => {
    const rows = await sekisho.query<{ project_id: string }>(
      `SELECT project_id FROM registry_log WHERE kind = 'project' AND JSONExtractString(body, 'name') NOT LIKE '\\_%' LIMIT 1`,
    );
    return rows.length > 0 ? rows : undefined;
  });
  return row?.project_id ?? '';
}

test(`${CALLS} calls, killed ${KILLS} times in the middle: exact`, { timeout: 240_000 }, async () => {
  const sekisho = await bootSekisho();
  const client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 8 });
  const { make, over, itemsOf } = datasetsOf(client);
  await storeMany(sekisho, await projectOf(sekisho));
  const id = await make({ type: 'calls', filter: {}, limit: 100_000 });
  const ids = { dataset_id: id };
  const builds = (): Promise<{ build_id: string; n: number }[]> =>
    sekisho.query(
      `SELECT build_id, count() AS n FROM dataset_items WHERE dataset_id = {dataset_id:String} GROUP BY build_id`,
      ids,
    );
  for (let kill = 1; kill <= KILLS; kill++) {
    await waitUntil('a part of it', async () => (await builds()).length >= kill, 60_000);
    const oldPid = sekisho.pids().evals;
    await sekisho.kill('evals');
    await sekisho.back('console', oldPid);
  }
  expect(await over(id, 1, 120_000)).toMatchObject({ status: 'completed', items: CALLS, problems: [] });

  const attempts = await builds();
  // It was killed in the middle indeed, and what the dead attempts left counts as nothing.
  expect(attempts.length).toBe(KILLS + 1);
  expect(attempts.filter(({ n }) => n === CALLS)).toHaveLength(1);
  const whole = attempts.find(({ n }) => n === CALLS)?.build_id ?? '';
  const strays = await sekisho.query(
    `SELECT position FROM dataset_items WHERE dataset_id = {dataset_id:String} AND build_id = {whole:String}
       AND span_id != ${CALLS} - position`,
    { ...ids, whole },
  );
  expect(strays).toEqual([]);
  const [first] = await itemsOf(id);
  expect(first).toMatchObject({ position: 0, span_id: spanHex(BigInt(CALLS)) });
  await sekisho.stop();
});
