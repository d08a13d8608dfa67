-- Chunks of files in vector stores. Which ingest_ids count is the registry's to say: a removed file's chunks are never
-- found, whenever their rows go. Vectors are compared exactly, within one store.
-- The indexes find the chunks that have any of a query's words; `terms` and `counts` then rank them (hashes ascending, and
-- how often each occurs, by queries/search-words.ts, whose normal form the indexes repeat). Neither hashes nor vectors
-- compress, and reading them is most of a search.
CREATE TABLE IF NOT EXISTS chunks
(
    project_id LowCardinality(String), vector_store_id String, file_id String, ingest_id String, position UInt32,
    text String CODEC(ZSTD(1)), tokens UInt32, terms Array(UInt32) CODEC(LZ4), counts Array(UInt8) CODEC(LZ4), length UInt32,
    vector Array(Float32) CODEC(NONE), at DateTime64(3, 'UTC'),
    text_cjk String ALIAS replaceRegexpAll(normalizeUTF8NFKC(text), '[^\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}ー]+', ' '),
    INDEX ix_chunk_words text TYPE text(tokenizer = splitByNonAlpha, preprocessor = replaceRegexpAll(lowerUTF8(normalizeUTF8NFKC(text)), '[^\\p{L}\\p{N}\\p{M}]+|[\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}ー]+', ' ')),
    INDEX ix_chunk_cjk text_cjk TYPE text(tokenizer = ngrams(2))
)
ENGINE = MergeTree ORDER BY (project_id, vector_store_id, file_id, ingest_id, position)
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 100000;
