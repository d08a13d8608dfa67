/** Files on their way into a vector store through kills: each chunk is there exactly once, and can be found. */
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { toChunks } from '../../evals/sources/chunk.ts';
import { bootSekisho, type Booted, type RoomName } from '../kit/boot.ts';
import { upload } from '../kit/sources.ts';
import { waitUntil } from '../kit/wait.ts';

const FILES = 6;
const RULE = { max_chunk_size_tokens: 100, chunk_overlap_tokens: 50 };
/** Who is killed -9 in turn, each when another part of the chunks is stored. */
const VICTIMS: RoomName[] = ['evals', 'gateway', 'evals', 'clickhouse', 'evals'];

const textOf = (file: number): string =>
  Array.from(
    { length: 1_500 },
    (_, line) => `File ${file}, line ${line}: lantern ${file * 10_000 + line} 灯台の記録。`,
  ).join('\n');

async function countChunks(sekisho: Booted, vector_store_id: string): Promise<number> {
  const rows = await sekisho
    .query<{ n: number }>(
      'SELECT count() AS n FROM chunks WHERE vector_store_id = {vector_store_id:String}',
      { vector_store_id },
    )
    // While the database itself is away.
    .catch(() => []);
  return Number(rows[0]?.n ?? 0);
}

test(
  `${FILES} files being embedded while ${VICTIMS.join(', ')} are killed: no chunk lost, none twice`,
  { timeout: 240_000 },
  async () => {
    const sekisho = await bootSekisho();
    const client = new OpenAI({ baseURL: sekisho.urls.gateway, apiKey: sekisho.apiKey, maxRetries: 8 });
    const texts = Array.from({ length: FILES }, (_, file) => textOf(file));
    const expected = texts.map((text) => toChunks(text, RULE).chunks.length);
    const total = expected.reduce((sum, count) => sum + count, 0);
    const files = [];
    for (const [index, text] of texts.entries()) files.push(await upload(client, `file-${index}.txt`, text));
    const store = await client.vectorStores.create({
      name: 'Through kills',
      embedding_model: 'demo-embedding',
    } as never);
    const batch = await client.vectorStores.fileBatches.create(store.id, {
      file_ids: files.map(({ id }) => id),
      chunking_strategy: { type: 'static', static: RULE },
    });

    for (const [index, victim] of VICTIMS.entries()) {
      const wanted = (total * (index + 1)) / (VICTIMS.length + 2);
      await waitUntil(
        `${wanted} chunks`,
        async () => (await countChunks(sekisho, store.id)) >= wanted,
        100_000,
      );
      const oldPid = sekisho.pids()[victim];
      await sekisho.kill(victim);
      await sekisho.back(victim, oldPid);
    }
    const stored = await countChunks(sekisho, store.id);
    expect(stored, 'the last kill came too late to be in the middle').toBeLessThan(total);
    const ended = await waitUntil(
      'the end of the batch',
      async () => {
        const now = await client.vectorStores.fileBatches.retrieve(batch.id, { vector_store_id: store.id });
        return now.status === 'in_progress' ? undefined : now;
      },
      150_000,
    );
    expect(ended.file_counts).toMatchObject({ completed: FILES, total: FILES });

    const rows = await sekisho.query<Record<string, unknown>>(
      `SELECT file_id, uniqExact(ingest_id) AS ingests, count() AS chunks, uniqExact(position) AS positions,
        max(position) AS last, uniqExact(length(vector)) AS lengths
      FROM chunks WHERE vector_store_id = {store:String} GROUP BY file_id`,
      { store: store.id },
    );
    const byFile = new Map(rows.map((row) => [row['file_id'], row]));
    for (const [index, { id }] of files.entries()) {
      const count = expected[index] ?? 0;
      expect(byFile.get(id)).toEqual({
        file_id: id,
        ingests: 1,
        chunks: count,
        positions: count,
        last: count - 1,
        lengths: 1,
      });
      const entry = await client.vectorStores.files.retrieve(id, { vector_store_id: store.id });
      expect(entry).toMatchObject({ status: 'completed', chunks: count });
      const found = await client.vectorStores.search(store.id, { query: `lantern ${index * 10_000 + 777}` });
      expect(found.data[0]?.filename).toBe(`file-${index}.txt`);
    }
    await sekisho.stop();
  },
);
