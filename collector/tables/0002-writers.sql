-- What writers say of themselves: hello, heartbeats with their highest seq, bye. Makes a missing tail visible.
CREATE TABLE IF NOT EXISTS writers
( writer String, at DateTime64(3, 'UTC'), kind Enum8('hello' = 1, 'alive' = 2, 'bye' = 3, 'adopted' = 4), high_seq UInt64, lost Map(LowCardinality(String), UInt64) )
ENGINE = MergeTree ORDER BY (writer, at) SETTINGS non_replicated_deduplication_window = 1000;
