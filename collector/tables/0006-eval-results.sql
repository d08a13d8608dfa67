-- One row for each item of a run, when all its graders have spoken.
CREATE TABLE IF NOT EXISTS eval_results
(
    project_id LowCardinality(String), eval_id String, run_id String, position UInt32, output_item_id String, item_key String,
    item String CODEC(ZSTD(1)), status Enum8('pass' = 1, 'fail' = 2, 'error' = 3), results String CODEC(ZSTD(1)),
    sample_input String CODEC(ZSTD(1)), sample_output String CODEC(ZSTD(1)), sample_model LowCardinality(String), finish_reason LowCardinality(String),
    trace_id FixedString(16), span_id UInt64, input_tokens UInt32, output_tokens UInt32, duration_ms UInt32,
    error String CODEC(ZSTD(1)), created_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree ORDER BY (project_id, run_id, position)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 100000;
