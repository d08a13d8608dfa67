/** Retrieval as an app has it: the stock SDK, the real gateway, and the built-in upstream for embeddings. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { bootSekisho, type Booted } from '../kit/boot.ts';
import { textFile, toCodes, upload, writePdf } from '../kit/sources.ts';
import { waitUntil } from '../kit/wait.ts';

let sekisho: Booted;
let client: OpenAI;

beforeAll(async () => {
  sekisho = await bootSekisho({ env: { SEKISHO_EMBEDDING_MODEL: 'demo-embedding' } });
  client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 0 });
});

const HANDBOOK = `# Returns\n\nYou may return a lantern within 30 days. Ask for a label first.\n`;
/** 返品は購入から三十日以内に受け付けます。送料はお客様の負担です。 in Shift_JIS. */
const HENPIN = Buffer.from(
  '95d4956982cd8d7793fc82a982e78e4f8f5c93fa88c893e082c98ef382af957482af82dc82b78142919797bf82cd82a88b71976c82cc9589925382c582b78142',
  'hex',
);

test('a file: uploaded, listed, read back as it was, and deleted', async () => {
  const file = await client.files.create({
    file: await textFile('手引き <b>.html', '<script>alert(1)</script>'),
    purpose: 'assistants',
    expires_after: { anchor: 'created_at', seconds: 3600 },
  });
  expect(file).toMatchObject({
    object: 'file',
    bytes: 25,
    filename: '手引き <b>.html',
    purpose: 'assistants',
  });
  expect(file.id).toMatch(/^file-[0-9a-f-]{36}$/);
  expect(file.expires_at).toBeGreaterThan(Date.now() / 1000 + 3500);
  expect((await client.files.list({ purpose: 'assistants' })).data.map(({ id }) => id)).toContain(file.id);
  expect((await client.files.list({ purpose: 'evals' })).data).toEqual([]);
  const content = await client.files.content(file.id);
  expect(await content.text()).toBe('<script>alert(1)</script>');
  expect(content.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(content.headers.get('x-content-type-options')).toBe('nosniff');
  expect(content.headers.get('content-disposition')).toMatch(/^attachment; filename=.*filename\*=UTF-8''/);
  expect(await client.files.delete(file.id)).toEqual({ id: file.id, object: 'file', deleted: true });
  await expect(client.files.retrieve(file.id)).rejects.toMatchObject({ status: 404, code: 'not_found' });
});

test('bytes that two files share go with the second of them', async () => {
  const [first, second] = [
    await upload(client, 'a.txt', 'the same'),
    await upload(client, 'b.txt', 'the same'),
  ];
  const folder = join(sekisho.dataDir, 'files');
  const count = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  expect(existsSync(folder)).toBe(true);
  const both = count();
  await client.files.delete(first.id);
  expect(count()).toBe(both);
  expect(await (await client.files.content(second.id)).text()).toBe('the same');
  await client.files.delete(second.id);
  expect(count()).toBe(both - 1);
});

test('four kinds of files, found by words, by Japanese and by meaning', async () => {
  const store = await client.vectorStores.create({ name: 'Handbook' });
  expect(store).toMatchObject({
    object: 'vector_store',
    status: 'completed',
    embedding_model: 'demo-embedding',
  });
  const pdf = writePdf([
    [{ latin: 'The lighthouse keeper keeps the lamp.' }],
    [{ codes: toCodes('灯台の手入れ') }],
  ]);
  const batch = await client.vectorStores.fileBatches.uploadAndPoll(store.id, {
    files: [
      await textFile('returns.md', HANDBOOK),
      await textFile('henpin.txt', HENPIN),
      await textFile(
        'page.html',
        '<title>Opening</title><script>secret()</script><p>We open at <b>nine</b>.</p>',
      ),
      await textFile('lamp.pdf', pdf),
    ],
  });
  expect(batch).toMatchObject({ status: 'completed', file_counts: { completed: 4, failed: 0, total: 4 } });
  const search = async (query: string, mode: 'text' | 'vector' | 'hybrid') => {
    const page = await client.vectorStores.search(store.id, { query, search_mode: mode } as never);
    return page.data.map((found) => found.filename);
  };
  for (const mode of ['text', 'vector', 'hybrid'] as const) {
    expect([mode, (await search('return a lantern', mode))[0]]).toEqual([mode, 'returns.md']);
    expect([mode, (await search('返品の送料', mode))[0]]).toEqual([mode, 'henpin.txt']);
    expect([mode, (await search('灯台の手入れ', mode))[0]]).toEqual([mode, 'lamp.pdf']);
    expect([mode, (await search('when do you open', mode))[0]]).toEqual([mode, 'page.html']);
  }
  expect(await search('secret', 'text')).toEqual([]);
  const found = await client.vectorStores.search(store.id, {
    query: ['送料', 'lantern'],
    max_num_results: 2,
  });
  expect(found.data.map((each) => each.filename).toSorted()).toEqual(['henpin.txt', 'returns.md']);
  expect(found.data.every(({ score }) => score > 0 && score <= 1)).toBe(true);
  const [text] = (await client.vectorStores.files.list(store.id, { limit: 1, order: 'asc' })).data;
  const content = await client.vectorStores.files.content(text?.id ?? '', { vector_store_id: store.id });
  expect(content.data).toEqual([expect.objectContaining({ type: 'text' })]);
  expect((await client.vectorStores.retrieve(store.id)).usage_bytes).toBeGreaterThan(4 * 1536 * 4);
});

test('what cannot be read fails with a reason, and the rest of the batch does not', async () => {
  const store = await client.vectorStores.create({ name: 'Mixed' });
  const batch = await client.vectorStores.fileBatches.uploadAndPoll(store.id, {
    files: [
      await textFile('good.txt', 'A good file.'),
      await textFile('picture.png', new Uint8Array([137, 80, 78, 71])),
      await textFile('broken.pdf', '%PDF-1.7 and then nothing'),
      await textFile('empty.txt', ' \n '),
    ],
  });
  expect(batch.file_counts).toMatchObject({ completed: 1, failed: 3, total: 4 });
  const failed = await client.vectorStores.files.list(store.id, { filter: 'failed', order: 'asc' });
  const codes = Object.fromEntries(
    failed.data.map((each) => [(each as unknown as { filename: string }).filename, each.last_error?.code]),
  );
  expect(codes).toEqual({
    'picture.png': 'unsupported_file',
    'broken.pdf': 'invalid_file',
    'empty.txt': 'invalid_file',
  });
});

test('attributes filter, and change at once; what is taken out is found no more', async () => {
  const store = await client.vectorStores.create({ name: 'Filters', embedding_model: '' } as never);
  const add = async (name: string, attributes: Record<string, string | number>) => {
    const file = await upload(client, name, `${name} speaks of lanterns`);
    return client.vectorStores.files.createAndPoll(store.id, { file_id: file.id, attributes });
  };
  const old = await add('old.txt', { year: 2020, team: 'sea' });
  const young = await add('young.txt', { year: 2026, team: 'land' });
  expect(old.status).toBe('completed');
  const search = async (filters?: OpenAI.VectorStoreSearchParams['filters']) =>
    (await client.vectorStores.search(store.id, { query: 'lanterns', ...(filters && { filters }) })).data
      .map((each) => each.filename)
      .toSorted();
  expect(await search()).toEqual(['old.txt', 'young.txt']);
  expect(await search({ type: 'gte', key: 'year', value: 2025 })).toEqual(['young.txt']);
  const both = {
    type: 'and' as const,
    filters: [
      { type: 'eq' as const, key: 'team', value: 'sea' },
      { type: 'lt' as const, key: 'year', value: 2025 },
    ],
  };
  expect(await search(both)).toEqual(['old.txt']);
  await client.vectorStores.files.update(old.id, { vector_store_id: store.id, attributes: { year: 2027 } });
  expect(await search({ type: 'gte', key: 'year', value: 2025 })).toEqual(['old.txt', 'young.txt']);
  await client.vectorStores.files.delete(young.id, { vector_store_id: store.id });
  expect(await search()).toEqual(['old.txt']);
  await client.files.delete(old.id);
  expect(await search()).toEqual([]);
  expect((await client.vectorStores.retrieve(store.id)).file_counts.total).toBe(0);
});

test('an embedding model that refuses ends the file, and its words are not repeated', async () => {
  const store = await client.vectorStores.create({
    name: 'Refused',
    embedding_model: 'demo-context-length',
  } as never);
  const file = await upload(client, 'a.txt', 'anything');
  const added = await client.vectorStores.files.createAndPoll(store.id, { file_id: file.id });
  expect(added).toMatchObject({ status: 'failed', last_error: { code: 'server_error' } });
  expect(added.last_error?.message).toMatch(
    /^The embedding model demo-context-length answered with status 400\./,
  );
});

test('one that waits for its embeddings is cancelled, or taken out, and asked for no more', async () => {
  const store = await client.vectorStores.create({
    name: 'Waiting',
    embedding_model: 'demo-rate-limit',
  } as never);
  const files = [
    await upload(client, 'wait-1.txt', 'patience'),
    await upload(client, 'wait-2.txt', 'patience'),
  ];
  const batch = await client.vectorStores.fileBatches.create(store.id, {
    file_ids: files.map(({ id }) => id),
  });
  const countAsked = async () => {
    await sekisho.flush();
    const [row] = await sekisho.query<{ n: number }>(
      `SELECT count() AS n FROM spans WHERE request_model = 'demo-rate-limit' AND has(tags, 'sekisho:embedding')`,
    );
    return Number(row?.n ?? 0);
  };
  await waitUntil('several refusals', async () => (await countAsked()) >= 4);
  const place = { vector_store_id: store.id };
  expect((await client.vectorStores.fileBatches.retrieve(batch.id, place)).status).toBe('in_progress');
  await client.vectorStores.files.delete(files[0]?.id ?? '', place);
  const cancelled = await client.vectorStores.fileBatches.cancel(batch.id, place);
  expect(cancelled).toMatchObject({ status: 'cancelled', file_counts: { cancelled: 1, total: 1 } });
  // What is asked at this moment still comes to its end.
  const other = await client.vectorStores.create({
    name: 'Next',
    embedding_model: 'demo-embedding',
  } as never);
  const next = await client.vectorStores.files.uploadAndPoll(other.id, await textFile('next.txt', 'next'));
  expect(next.status).toBe('completed');
  const asked = await countAsked();
  await client.vectorStores.files.uploadAndPoll(other.id, await textFile('last.txt', 'last'));
  expect(await countAsked()).toBe(asked);
});

test('the best by words and by meaning has the highest score there is', async () => {
  const store = await client.vectorStores.create({
    name: 'Both',
    embedding_model: 'demo-embedding',
  } as never);
  await client.vectorStores.files.uploadAndPoll(store.id, await textFile('a.txt', 'A lantern by the sea.'));
  const page = await client.vectorStores.search(store.id, {
    query: 'lantern',
    ranking_options: { score_threshold: 0.99 },
  });
  // First by words and by meaning, so the most there can be.
  expect(page.data.map(({ filename, score }) => [filename, score])).toEqual([['a.txt', 1]]);
});
