/**
 * The job behind a file in a vector store: read it, cut it into chunks, have them embedded, store them. Killed at any
 * moment it begins again with the same `ingest_id`: batches that are stored already are neither embedded nor stored a
 * second time, and what counts in the end is what is in the table.
 */
import { type ChunkRow, insertChunks } from '../../collector/append/chunks.ts';
import { countChunks } from '../../collector/queries/count-chunks.ts';
import type { RegistryBody } from '../../collector/record/registry.ts';
import { AppError } from '../../errors.ts';
import type { EvalsContext } from '../context.ts';
import { defineJob, PermanentError } from '../jobs/runner.ts';
import type { Chunk, Chunks } from './chunk.ts';
import { embedTexts } from './embed.ts';
import { newIngestId } from './ingest-id.ts';
import { isLiveFile, isLiveIngest, type StoreFile } from './live.ts';
import { createFileReader, type FileReader, MAX_FILE_BYTES } from './parse/reader.ts';

/** Chunks per question to the embedding model, and per INSERT; without a model nobody is asked. */
const BATCH = 64;
const BATCH_WITHOUT_MODEL = 128;
const FLOAT_BYTES = 4;
/** How often the closing revision is tried against others' changes of the same entry. */
const CLOSE_TRIES = 5;

type Change = Partial<RegistryBody<'vector_store_file'>>;

let reader: FileReader | undefined;

export const ingestJob = defineJob({
  kind: 'vector_store_file',
  // Reading is one thread's work; the others wait for their embeddings meanwhile.
  concurrency: 3,
  isOpen: (body) => body.status === 'in_progress',
  run: ingest,
  toFailed: ({ code, message }): Change => ({
    status: 'failed',
    last_error: {
      code: code === 'unsupported_file' || code === 'invalid_file' ? code : 'server_error',
      message,
    },
  }),
});

async function ingest(context: EvalsContext, entry: StoreFile, signal: AbortSignal): Promise<void> {
  const model = findModel(context, entry);
  const read = await readFile(context, entry, signal);
  const counted = await countChunks(await context.store(), toPlace(entry));
  const stored = new Set(counted.map(({ position }) => position));
  const size = model === '' ? BATCH_WITHOUT_MODEL : BATCH;
  for (let from = 0; from < read.chunks.length; from += size) {
    const batch = read.chunks.slice(from, from + size);
    if (batch.every((_, index) => stored.has(from + index))) continue;
    const vectors = await embed(context, entry, { model, batch, signal });
    const rows = batch.map((chunk, index) => toRow(entry, from + index, chunk, vectors[index] ?? []));
    const token = `chunks:${entry.body.ingest_id}:${from / size}`;
    await insertChunks(await context.store(), rows, token, signal);
  }
  await close(context, entry, read, signal);
}

/** '' where only words are searched. */
function findModel({ registry }: EvalsContext, entry: StoreFile): string {
  const store = registry.find('vector_store', entry.body.vector_store_id);
  if (!store || !isLiveIngest(registry, store, entry)) {
    throw new PermanentError('invalid_file', 'The file or the vector store has been deleted.');
  }
  return store.body.embedding_model;
}

async function readFile(context: EvalsContext, entry: StoreFile, signal: AbortSignal): Promise<Chunks> {
  const file = context.registry.find('file', entry.body.file_id);
  if (!isLiveFile(file)) throw new PermanentError('invalid_file', 'The file has been deleted.');
  const { filename, bytes: size, sha256 } = file.body;
  if (size > MAX_FILE_BYTES) {
    const limit = MAX_FILE_BYTES / 1024 ** 2;
    throw new PermanentError('invalid_file', `The file is larger than ${limit} MB. Split it.`);
  }
  const pieces: Buffer[] = [];
  for await (const piece of await context.contents.read(file.project_id, sha256))
    pieces.push(piece as Buffer);
  reader ??= createFileReader();
  return reader.read({ filename, bytes: Buffer.concat(pieces), chunking: entry.body.chunking }, signal);
}

async function embed(
  { gateway }: EvalsContext,
  entry: StoreFile,
  { model, batch, signal }: { model: string; batch: readonly Chunk[]; signal: AbortSignal },
): Promise<number[][]> {
  if (model === '') return batch.map(() => []);
  const texts = batch.map((chunk) => chunk.text);
  return embedTexts(gateway, { project_id: entry.project_id, model, texts, signal });
}

/** Says that it is done, if the table says so too. */
async function close(
  context: EvalsContext,
  entry: StoreFile,
  { chunks, tokens }: Chunks,
  signal: AbortSignal,
): Promise<void> {
  const counted = await countChunks(await context.store(), toPlace(entry));
  const dimensions = counted[0]?.dimensions ?? 0;
  const isWhole =
    counted.length === chunks.length &&
    counted.every(
      (each, index) => each.position === index && each.rows === 1 && each.dimensions === dimensions,
    );
  if (!isWhole) {
    // Cut otherwise than at the first try, or embedded by another model of that name: anew, under a new name.
    await revise(context, entry, { ingest_id: newIngestId() }, 'begun anew');
    throw new Error('the stored chunks were not those of this file');
  }
  const text_bytes = chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk.text), 0);
  const bytes = text_bytes + chunks.length * dimensions * FLOAT_BYTES;
  signal.throwIfAborted();
  const done = { status: 'completed', last_error: null, chunks: chunks.length, tokens, bytes } as const;
  await revise(context, entry, done, 'ingested');
}

/** Revises the newest state as long as it is still this ingest's: attributes may be changed at any time. */
async function revise(
  { registry, writer }: EvalsContext,
  { id, body }: StoreFile,
  change: Change,
  reason: string,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const newest = registry.find('vector_store_file', id);
    if (newest?.body.status !== 'in_progress' || newest.body.ingest_id !== body.ingest_id) return;
    try {
      await writer.revise(newest, change, reason);
      return;
    } catch (error) {
      const isOvertaken = error instanceof AppError && error.code === 'revision_conflict';
      if (!isOvertaken || attempt === CLOSE_TRIES) throw error;
      await registry.waitFor(registry.seq + 1, 1_000);
    }
  }
}

function toRow(entry: StoreFile, position: number, chunk: Chunk, vector: readonly number[]): ChunkRow {
  return { ...toPlace(entry), position, ...chunk, vector, at: new Date().toISOString() };
}

function toPlace({ project_id, body }: StoreFile) {
  const { vector_store_id, file_id, ingest_id } = body;
  return { project_id, vector_store_id, file_id, ingest_id };
}
