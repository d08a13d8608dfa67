-- Items of dataset versions. A version is whole or not there: the registry says which build of it counts.
CREATE TABLE IF NOT EXISTS dataset_items
(
    project_id LowCardinality(String), dataset_id String, version UInt32, build_id String, position UInt32, item_id String,
    item String CODEC(ZSTD(1)), trace_id FixedString(16), span_id UInt64, session_id String CODEC(ZSTD(1)), at DateTime64(3, 'UTC')
)
ENGINE = MergeTree ORDER BY (project_id, dataset_id, version, build_id, position)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 100000;
