-- Calls. One INSERT per batch into the Null table `ingest`; its views fill the three tables under one token.
-- The deduplication window must outlast any resend of a batch; fsync is the engine's configuration, not the tables'.
CREATE TABLE IF NOT EXISTS spans
(
    project_id LowCardinality(String), started_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    trace_id FixedString(16), span_id UInt64, parent_span_id UInt64,
    origin Enum8('gateway' = 1, 'otlp' = 2), counted Bool, -- decided from the span alone, never by a look-up
    session_id String CODEC(ZSTD(1)), thread_key UInt64, user_id String CODEC(ZSTD(1)), key_id LowCardinality(String),
    span_type LowCardinality(String), operation LowCardinality(String), name String CODEC(ZSTD(1)), provider LowCardinality(String),
    upstream LowCardinality(String), request_model LowCardinality(String), response_model LowCardinality(String), response_id String CODEC(ZSTD(1)),
    status Enum8('ok' = 1, 'error' = 2, 'cancelled' = 3, 'interrupted' = 4), http_status UInt16, error_type LowCardinality(String),
    prompt_name LowCardinality(String), prompt_version UInt32, stream Bool, finish_reasons Array(LowCardinality(String)),
    duration_ms UInt32 CODEC(T64, ZSTD(1)), ttft_ms Int32 CODEC(T64, ZSTD(1)),
    input_tokens UInt32 CODEC(T64, ZSTD(1)), output_tokens UInt32 CODEC(T64, ZSTD(1)), usage Map(LowCardinality(String), UInt64) CODEC(ZSTD(1)),
    cost_total Decimal(18, 12) CODEC(ZSTD(1)), costs Map(LowCardinality(String), Decimal(18, 12)) CODEC(ZSTD(1)), cost_source LowCardinality(String),
    tags Array(LowCardinality(String)), metadata Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)), dialect LowCardinality(String),
    input_preview String CODEC(ZSTD(1)), output_preview String CODEC(ZSTD(1)), -- at most 200 characters
    search_text String CODEC(ZSTD(1)), -- new text of this call only: last user turn, tool results, output
    search_cjk String ALIAS replaceRegexpAll(search_text, '[^\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}ー]+', ' '),
    writer LowCardinality(String), seq UInt64 CODEC(Delta, ZSTD(1)), received_at DateTime('UTC') CODEC(Delta, ZSTD(1)), -- received_at is frozen at segment close
    INDEX ix_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1, INDEX ix_span span_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX ix_response response_id TYPE bloom_filter(0.001) GRANULARITY 1, INDEX ix_user user_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_session session_id TYPE bloom_filter(0.01) GRANULARITY 1, INDEX ix_writer (writer, seq) TYPE minmax GRANULARITY 1,
    INDEX ix_words search_text TYPE text(tokenizer = splitByNonAlpha, preprocessor = replaceRegexpAll(lower(search_text), '[\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}ー]+', ' ')),
    INDEX ix_cjk search_cjk TYPE text(tokenizer = ngrams(2))
)
ENGINE = MergeTree PARTITION BY toMonday(received_at) ORDER BY (project_id, started_at, span_id)
SETTINGS index_granularity_bytes = '64Mi', ttl_only_drop_parts = 1, non_replicated_deduplication_window = 100000;

-- Bodies: several rows may belong to one span (late log events). Ordered by thread within the hour: half the size.
CREATE TABLE IF NOT EXISTS span_bodies
(
    project_id LowCardinality(String), started_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), thread_key UInt64, trace_id FixedString(16), span_id UInt64,
    part Enum8('call' = 1, 'late_event' = 2), input_messages String CODEC(ZSTD(1)), output_messages String CODEC(ZSTD(1)),
    request_raw String CODEC(ZSTD(1)), response_raw String CODEC(ZSTD(1)), response_sha256 FixedString(32), writer LowCardinality(String), seq UInt64, received_at DateTime('UTC')
)
ENGINE = MergeTree PARTITION BY toMonday(received_at) ORDER BY (project_id, toStartOfHour(started_at), thread_key, started_at, span_id)
SETTINGS index_granularity = 1024, index_granularity_bytes = '64Mi', ttl_only_drop_parts = 1, non_replicated_deduplication_window = 100000;

-- Few dimensions on purpose; DD sketches merge in any order.
CREATE TABLE IF NOT EXISTS rollup_hour
(
    project_id LowCardinality(String), hour DateTime('UTC'), origin Enum8('gateway' = 1, 'otlp' = 2), request_model LowCardinality(String), status Enum8('ok' = 1, 'error' = 2, 'cancelled' = 3, 'interrupted' = 4),
    calls SimpleAggregateFunction(sum, UInt64), input_tokens SimpleAggregateFunction(sum, UInt64), output_tokens SimpleAggregateFunction(sum, UInt64),
    cost SimpleAggregateFunction(sum, Decimal(38, 12)),
    duration AggregateFunction(quantilesDD(0.02, 0.5, 0.95, 0.99), UInt32), ttft AggregateFunction(quantilesDDIf(0.02, 0.5, 0.95, 0.99), Int32, UInt8)
)
ENGINE = AggregatingMergeTree PARTITION BY toYYYYMM(hour) ORDER BY (project_id, hour, origin, request_model, status)
SETTINGS non_replicated_deduplication_window = 100000;

-- What a writer inserts; it keeps nothing.
CREATE TABLE IF NOT EXISTS ingest
(
    project_id LowCardinality(String), started_at DateTime64(3, 'UTC'), trace_id FixedString(16), span_id UInt64, parent_span_id UInt64,
    origin Enum8('gateway' = 1, 'otlp' = 2), counted Bool, session_id String, thread_key UInt64, user_id String, key_id LowCardinality(String),
    span_type LowCardinality(String), operation LowCardinality(String), name String, provider LowCardinality(String), upstream LowCardinality(String),
    request_model LowCardinality(String), response_model LowCardinality(String), response_id String,
    status Enum8('ok' = 1, 'error' = 2, 'cancelled' = 3, 'interrupted' = 4), http_status UInt16, error_type LowCardinality(String),
    prompt_name LowCardinality(String), prompt_version UInt32, stream Bool, finish_reasons Array(LowCardinality(String)), duration_ms UInt32,
    ttft_ms Int32, input_tokens UInt32, output_tokens UInt32, usage Map(LowCardinality(String), UInt64), cost_total Decimal(18, 12),
    costs Map(LowCardinality(String), Decimal(18, 12)), cost_source LowCardinality(String), tags Array(LowCardinality(String)),
    metadata Map(LowCardinality(String), String), attributes Map(LowCardinality(String), String), dialect LowCardinality(String),
    input_preview String, output_preview String, search_text String, writer LowCardinality(String), seq UInt64, received_at DateTime('UTC'),
    part Enum8('call' = 1, 'late_event' = 2), input_messages String, output_messages String, request_raw String, response_raw String,
    response_sha256 FixedString(32)
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS to_span_bodies TO span_bodies AS SELECT
    project_id, started_at, thread_key, trace_id, span_id, part, input_messages, output_messages, request_raw, response_raw, response_sha256, writer,
    seq, received_at
FROM ingest;
CREATE MATERIALIZED VIEW IF NOT EXISTS to_spans TO spans AS SELECT
    project_id, started_at, trace_id, span_id, parent_span_id, origin, counted, session_id, thread_key, user_id, key_id, span_type, operation, name,
    provider, upstream, request_model, response_model, response_id, status, http_status, error_type, prompt_name, prompt_version, stream,
    finish_reasons, duration_ms, ttft_ms, input_tokens, output_tokens, usage, cost_total, costs, cost_source, tags, metadata, attributes, dialect,
    input_preview, output_preview, search_text, writer, seq, received_at
FROM ingest WHERE part = 'call';
CREATE MATERIALIZED VIEW IF NOT EXISTS to_rollup_hour TO rollup_hour AS SELECT project_id, toStartOfHour(i.started_at) AS hour, origin, request_model, status,
    count() AS calls, sum(toUInt64(i.input_tokens)) AS input_tokens, sum(toUInt64(i.output_tokens)) AS output_tokens, sum(i.cost_total) AS cost,
    quantilesDDState(0.02, 0.5, 0.95, 0.99)(i.duration_ms) AS duration, quantilesDDIfState(0.02, 0.5, 0.95, 0.99)(i.ttft_ms, i.ttft_ms >= 0) AS ttft
FROM ingest AS i WHERE part = 'call' AND counted GROUP BY project_id, hour, origin, request_model, status;
