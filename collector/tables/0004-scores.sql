-- What was said of calls. Append-only: of the same (target, name, source, author) the newest row counts.
-- A zero trace_id or span_id means that it is not known, or not meant.
CREATE TABLE IF NOT EXISTS scores
(
    project_id LowCardinality(String), score_id String, trace_id FixedString(16), span_id UInt64, response_id String CODEC(ZSTD(1)),
    name LowCardinality(String), source Enum8('feedback' = 1, 'label' = 2, 'eval' = 3),
    has_value Bool, value Float64, label LowCardinality(String), comment String CODEC(ZSTD(1)), correction String CODEC(ZSTD(1)),
    author LowCardinality(String), run_id String CODEC(ZSTD(1)), retracted Bool, at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    INDEX ix_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1, INDEX ix_response response_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX ix_run run_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY (project_id, name, at)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 100000;
