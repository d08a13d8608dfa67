/** Vector stores in OpenAI's shape: what `file_search` and retrieval read. */
import { z } from 'zod';
import { fileAttributes, metadataPairs, VECTOR_STORE_FILE_STATUSES } from '../../collector/record/source.ts';
import { deletedObject, listOf, pageQuery, unixSeconds } from './list.ts';
import { BUILDERS, defineRoute, READERS } from './route.ts';
import { searchFilter } from './search-filter.ts';

const STORES = '/api/projects/:project_id/vector_stores';
const STORE = `${STORES}/:vector_store_id`;

const fileCounts = z.object({
  in_progress: z.number().int(),
  completed: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
  total: z.number().int(),
});

export const vectorStoreObject = z.object({
  id: z.string(),
  object: z.literal('vector_store'),
  created_at: unixSeconds,
  name: z.string(),
  description: z.string(),
  usage_bytes: z.number().int(),
  file_counts: fileCounts,
  status: z.enum(['expired', 'in_progress', 'completed']),
  expires_after: z.object({ anchor: z.literal('last_active_at'), days: z.number().int() }).nullable(),
  expires_at: unixSeconds.nullable(),
  last_active_at: unixSeconds.nullable(),
  metadata: z.record(z.string(), z.string()),
  /** Ours: '' where only words are searched. */
  embedding_model: z.string(),
  /** Ours: the rule for files added without one. */
  chunking_strategy: z.object({
    type: z.literal('static'),
    static: z.object({
      max_chunk_size_tokens: z.number().int(),
      chunk_overlap_tokens: z.number().int(),
    }),
  }),
});
export type VectorStoreObject = z.infer<typeof vectorStoreObject>;

/** `{type: "auto"}`, or OpenAI's static rule. */
export const chunkingStrategy = z.discriminatedUnion('type', [
  z.object({ type: z.literal('auto') }),
  z.object({
    type: z.literal('static'),
    static: z.object({
      max_chunk_size_tokens: z.number().int().min(100).max(4096),
      chunk_overlap_tokens: z.number().int().min(0),
    }),
  }),
]);

const expiresAfter = z.object({
  anchor: z.literal('last_active_at'),
  days: z.number().int().min(1).max(365),
});

export const listVectorStores = defineRoute({
  method: 'GET',
  path: STORES,
  v1: true,
  access: READERS,
  query: pageQuery,
  response: listOf(vectorStoreObject),
});
export const createVectorStore = defineRoute({
  method: 'POST',
  path: STORES,
  v1: true,
  access: BUILDERS,
  body: z.object({
    name: z.string().max(256).default(''),
    description: z.string().max(2_000).default(''),
    file_ids: z.array(z.string()).max(500).default([]),
    chunking_strategy: chunkingStrategy.optional(),
    expires_after: expiresAfter.nullish(),
    metadata: metadataPairs.nullish(),
    /** Ours: '' for words only; not said = the setting SEKISHO_EMBEDDING_MODEL. */
    embedding_model: z.string().max(200).optional(),
  }),
  response: vectorStoreObject,
});
export const getVectorStore = defineRoute({
  method: 'GET',
  path: STORE,
  v1: true,
  access: READERS,
  response: vectorStoreObject,
});
export const updateVectorStore = defineRoute({
  method: 'POST',
  path: STORE,
  v1: true,
  access: BUILDERS,
  body: z.object({
    name: z.string().max(256).nullish(),
    description: z.string().max(2_000).optional(),
    expires_after: expiresAfter.nullish(),
    metadata: metadataPairs.nullish(),
  }),
  response: vectorStoreObject,
});
export const deleteVectorStore = defineRoute({
  method: 'DELETE',
  path: STORE,
  v1: true,
  access: BUILDERS,
  response: deletedObject,
});

export const searchBody = z.object({
  query: z.union([z.string().min(1).max(20_000), z.array(z.string().min(1).max(20_000)).min(1).max(10)]),
  max_num_results: z.number().int().min(1).max(50).default(10),
  rewrite_query: z.boolean().default(false),
  filters: searchFilter.nullish(),
  ranking_options: z
    .object({
      ranker: z.string().max(100).optional(),
      score_threshold: z.number().min(0).max(1).optional(),
      hybrid_search: z.object({ embedding_weight: z.number(), text_weight: z.number() }).optional(),
    })
    .nullish(),
  /** Ours: how to look. `hybrid` where there are vectors, else `text`. */
  search_mode: z.enum(['text', 'vector', 'hybrid']).optional(),
});
export const searchResult = z.object({
  file_id: z.string(),
  filename: z.string(),
  /** 0 to 1. */
  score: z.number(),
  attributes: fileAttributes.nullable(),
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
  /** Ours: place of the chunk in its file. */
  chunk: z.number().int(),
});
export type SearchResult = z.infer<typeof searchResult>;
export const searchVectorStore = defineRoute({
  method: 'POST',
  path: `${STORE}/search`,
  v1: true,
  access: READERS,
  body: searchBody,
  response: z.object({
    object: z.literal('vector_store.search_results.page'),
    search_query: z.array(z.string()),
    data: z.array(searchResult),
    has_more: z.boolean(),
    next_page: z.string().nullable(),
    /** Ours: how it was looked. */
    search_mode: z.enum(['text', 'vector', 'hybrid']),
  }),
});

export const vectorStoreFileObject = z.object({
  id: z.string(),
  object: z.literal('vector_store.file'),
  created_at: unixSeconds,
  usage_bytes: z.number().int(),
  vector_store_id: z.string(),
  status: z.enum(VECTOR_STORE_FILE_STATUSES),
  last_error: z.object({ code: z.string(), message: z.string() }).nullable(),
  attributes: fileAttributes.nullable(),
  chunking_strategy: z.object({
    type: z.literal('static'),
    static: z.object({ max_chunk_size_tokens: z.number(), chunk_overlap_tokens: z.number() }),
  }),
  /** Ours. */
  filename: z.string(),
  chunks: z.number().int(),
  tokens: z.number().int(),
});
export type VectorStoreFileObject = z.infer<typeof vectorStoreFileObject>;

const attachment = {
  file_id: z.string(),
  attributes: fileAttributes.nullish(),
  chunking_strategy: chunkingStrategy.optional(),
};

export const listVectorStoreFiles = defineRoute({
  method: 'GET',
  path: `${STORE}/files`,
  v1: true,
  access: READERS,
  query: pageQuery.extend({ filter: z.enum(VECTOR_STORE_FILE_STATUSES).optional() }),
  response: listOf(vectorStoreFileObject),
});
export const addVectorStoreFile = defineRoute({
  method: 'POST',
  path: `${STORE}/files`,
  v1: true,
  access: BUILDERS,
  body: z.object(attachment),
  response: vectorStoreFileObject,
});
export const getVectorStoreFile = defineRoute({
  method: 'GET',
  path: `${STORE}/files/:file_id`,
  v1: true,
  access: READERS,
  response: vectorStoreFileObject,
});
export const updateVectorStoreFile = defineRoute({
  method: 'POST',
  path: `${STORE}/files/:file_id`,
  v1: true,
  access: BUILDERS,
  body: z.object({ attributes: fileAttributes.nullable() }),
  response: vectorStoreFileObject,
});
/** Takes it out of the store; the file stays. Also ends an ingest under way. */
export const removeVectorStoreFile = defineRoute({
  method: 'DELETE',
  path: `${STORE}/files/:file_id`,
  v1: true,
  access: BUILDERS,
  response: deletedObject,
});
/** Its text as it was parsed, chunk by chunk. */
export const getVectorStoreFileContent = defineRoute({
  method: 'GET',
  path: `${STORE}/files/:file_id/content`,
  v1: true,
  access: READERS,
  query: z.object({
    limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
    page: z.string().max(200).optional(),
  }),
  response: z.object({
    object: z.literal('vector_store.file_content.page'),
    data: z.array(z.object({ type: z.literal('text'), text: z.string(), tokens: z.number().int() })),
    has_more: z.boolean(),
    next_page: z.string().nullable(),
  }),
});

export const fileBatchObject = z.object({
  id: z.string(),
  object: z.literal('vector_store.files_batch'),
  created_at: unixSeconds,
  vector_store_id: z.string(),
  status: z.enum(['in_progress', 'completed', 'cancelled', 'failed']),
  file_counts: fileCounts,
});
export const createFileBatch = defineRoute({
  method: 'POST',
  path: `${STORE}/file_batches`,
  v1: true,
  access: BUILDERS,
  body: z.object({
    file_ids: z.array(z.string()).max(2_000).optional(),
    files: z.array(z.object(attachment)).max(2_000).optional(),
    attributes: fileAttributes.nullish(),
    chunking_strategy: chunkingStrategy.optional(),
  }),
  response: fileBatchObject,
});
export const getFileBatch = defineRoute({
  method: 'GET',
  path: `${STORE}/file_batches/:batch_id`,
  v1: true,
  access: READERS,
  response: fileBatchObject,
});
export const cancelFileBatch = defineRoute({
  method: 'POST',
  path: `${STORE}/file_batches/:batch_id/cancel`,
  v1: true,
  access: BUILDERS,
  response: fileBatchObject,
});
export const listFileBatchFiles = defineRoute({
  method: 'GET',
  path: `${STORE}/file_batches/:batch_id/files`,
  v1: true,
  access: READERS,
  query: pageQuery.extend({ filter: z.enum(VECTOR_STORE_FILE_STATUSES).optional() }),
  response: listOf(vectorStoreFileObject),
});
