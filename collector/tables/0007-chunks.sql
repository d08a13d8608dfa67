-- Chunks of files in vector stores. Which (file_id, ingest_id) count is the registry's to say: a removed file's chunks
-- are never found, whenever their rows go. Vectors are compared exactly, within one store.
CREATE TABLE IF NOT EXISTS chunks
(
    project_id LowCardinality(String), vector_store_id String, file_id String, ingest_id String, position UInt32,
    text String CODEC(ZSTD(1)), tokens UInt32, vector Array(Float32) CODEC(ZSTD(1)), at DateTime64(3, 'UTC'),
    text_cjk String ALIAS replaceRegexpAll(text, '[^\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}ー]+', ' '),
    INDEX ix_chunk_words text TYPE text(tokenizer = splitByNonAlpha, preprocessor = replaceRegexpAll(lower(text), '[\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}ー]+', ' ')),
    INDEX ix_chunk_cjk text_cjk TYPE text(tokenizer = ngrams(2))
)
ENGINE = MergeTree ORDER BY (project_id, vector_store_id, file_id, ingest_id, position)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 100000;
