-- The registry's revisions, for joins and audit; nothing is read back into the registry from here. Sent at least
-- once: rows of the same revision are the same row.
CREATE TABLE IF NOT EXISTS registry_log
(
    seq UInt64, project_id LowCardinality(String), kind LowCardinality(String), id String, revision UInt32,
    body String CODEC(ZSTD(1)), actor String, reason String CODEC(ZSTD(1)), at DateTime64(3, 'UTC'), prev_hash String
)
ENGINE = ReplacingMergeTree ORDER BY (project_id, kind, id, revision)
SETTINGS non_replicated_deduplication_window = 100000;
