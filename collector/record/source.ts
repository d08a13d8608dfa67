/** Files that are ours, and vector stores: what retrieval reads. Shapes and limits are OpenAI's. */
import { z } from 'zod';

/** Purposes of files that Sekisho keeps; files of others (`batch`, `vision`, `user_data`) belong to the provider. */
export const FILE_PURPOSES = ['assistants', 'evals', 'fine-tune'] as const;
export const filePurpose = z.enum(FILE_PURPOSES);
export type FilePurpose = z.infer<typeof filePurpose>;

export const registryFile = z.strictObject({
  filename: z.string().min(1).max(500),
  purpose: filePurpose,
  bytes: z.number().int().min(0),
  /** Hex; also the name of the content on disk. */
  sha256: z.string().length(64),
  status: z.enum(['processed', 'deleted']),
  /** Unix seconds; null = never. */
  expires_at: z.number().int().nullable(),
});

export const metadataPairs = z
  .record(z.string().max(64), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, 'at most 16 pairs');
export const fileAttributes = z
  .record(z.string().max(64), z.union([z.string().max(512), z.number(), z.boolean()]))
  .refine((pairs) => Object.keys(pairs).length <= 16, 'at most 16 attributes');
export type FileAttributes = z.infer<typeof fileAttributes>;

/** OpenAI's static rule: tokens per chunk, and how many it shares with the one before (at most half). */
export const staticChunking = z
  .strictObject({
    max_chunk_size_tokens: z.number().int().min(100).max(4096),
    chunk_overlap_tokens: z.number().int().min(0),
  })
  .refine(
    ({ max_chunk_size_tokens, chunk_overlap_tokens }) => chunk_overlap_tokens * 2 <= max_chunk_size_tokens,
    { message: 'at most half of max_chunk_size_tokens', path: ['chunk_overlap_tokens'] },
  );
export type StaticChunking = z.infer<typeof staticChunking>;
export const DEFAULT_CHUNKING: StaticChunking = { max_chunk_size_tokens: 800, chunk_overlap_tokens: 400 };

export const registryVectorStore = z.strictObject({
  name: z.string().max(256),
  description: z.string().max(2_000),
  metadata: metadataPairs,
  chunking: staticChunking,
  /** Model asked through the gateway; '' = words only, no vectors. */
  embedding_model: z.string().max(200),
  expires_after_days: z.number().int().min(1).max(365).nullable(),
  status: z.enum(['active', 'deleted']),
});

export const VECTOR_STORE_FILE_STATUSES = ['in_progress', 'completed', 'cancelled', 'failed'] as const;

/** Id `<vector store id>:<file id>`. */
export const registryVectorStoreFile = z.strictObject({
  vector_store_id: z.string(),
  file_id: z.string(),
  /** '' unless it came in a batch. */
  batch_id: z.string(),
  attributes: fileAttributes,
  chunking: staticChunking,
  status: z.enum([...VECTOR_STORE_FILE_STATUSES, 'deleted']),
  last_error: z
    .strictObject({ code: z.enum(['server_error', 'unsupported_file', 'invalid_file']), message: z.string() })
    .nullable(),
  /** Names this attempt's chunks, so that those of an older one are never found. */
  ingest_id: z.string(),
  chunks: z.number().int().min(0),
  tokens: z.number().int().min(0),
  bytes: z.number().int().min(0),
});
