/**
 * What stands in these calls? Bodies in chat form with what was said of them, for whoever makes something of many
 * calls: datasets, evaluations over logs, exports.
 */
import type { ChatCall } from '../record/chat.ts';
import { parseStoredMessages, toChatCall } from '../record/chat.ts';
import { type Score, SCORE_CORRECTION } from '../record/score.ts';
import type { Store } from '../store/client.ts';
import { LIST_COLUMNS, type ListRow } from './call-columns.ts';
import { type CallFilter, toCondition } from './call-filter.ts';
import { listScoresOf } from './list-scores.ts';
import { runQuery } from './run.ts';

export type CallWithScores = ListRow & {
  dialect: string;
  metadata: Record<string, string>;
  /** Request and answer as chat messages, and what chat form has no place for. */
  chat: ChatCall;
  /** Each author's latest word, newest first; those about the whole trace too. */
  scores: Score[];
  /**
   * What should have been answered, by the newest correction; '' where there is none. One that names only the trace
   * is about the trace's last model call.
   */
  correction: string;
};

export type ReadOptions = {
  /** At most so many calls; without it all. */
  limit?: number | undefined;
  /** Of the filter's calls only these, at most 2,000. */
  only?: readonly { trace_id: string; span_id: string }[] | undefined;
  /** Begins after this call (an earlier one that was given), to go on where another reading ended. */
  after?: { started_at: string; span_id: string } | undefined;
  signal?: AbortSignal | undefined;
};

type SpanRow = ListRow & { dialect: string; metadata: Record<string, string>; thread: string };
type BodyRow = {
  trace_id: string;
  span_id: string;
  started_at: string;
  input_messages: string;
  output_messages: string;
  request_raw: string;
};

/** Calls looked up at a time. */
const PAGE_ROWS = 2_000;
/** Bodies held at a time, about; and what a token comes to in them, which is stored twice. */
const CHUNK_BYTES = 16_000_000;
const BYTES_PER_TOKEN = 10;
/** Of larger requests (pictures, mostly) only the canonical messages are read. */
const MAX_REQUEST_BYTES = 1_000_000;

/**
 * The calls of `filter`, newest first by (started_at, span_id), in chunks whose size follows that of their bodies.
 * Each chunk is one look at the database: what arrives or is said in between may or may not be seen.
 * @throws like `runQuery`; the signal's reason
 */
export async function* readCalls(
  store: Store,
  project_id: string,
  filter: CallFilter,
  { limit = Number.MAX_SAFE_INTEGER, only, after, signal }: ReadOptions = {},
): AsyncGenerator<CallWithScores[], void, undefined> {
  let left = limit;
  for (let last = after; left > 0;) {
    const rows = await readPage(store, project_id, filter, {
      only,
      after: last,
      rows: Math.min(left, PAGE_ROWS),
      signal,
    });
    for (const chunk of toChunks(rows)) yield await withBodies(store, project_id, chunk, signal);
    left -= rows.length;
    last = rows.at(-1);
    if (rows.length < PAGE_ROWS) return;
  }
}

/** How many there are, up to `limit`. @throws like `runQuery` */
export async function countCalls(
  store: Store,
  project_id: string,
  filter: CallFilter,
  { limit = Number.MAX_SAFE_INTEGER, signal }: Pick<ReadOptions, 'limit' | 'signal'> = {},
): Promise<number> {
  const condition = toCondition(project_id, filter);
  const [row] = await runQuery<{ count: string }>(store, {
    name: 'count_calls',
    project_id,
    query: `SELECT count() AS count FROM spans AS s WHERE ${condition.sql}`,
    params: condition.params,
    signal,
  });
  return Math.min(Number(row?.count ?? 0), limit);
}

/** The traces once more by themselves: that is what the index knows. */
const ONLY = `s.trace_id IN (SELECT toFixedString(unhex(arrayJoin({only_traces:Array(String)})), 16))
  AND (s.trace_id, s.span_id) IN (
    SELECT toFixedString(unhex(tupleElement(o, 1)), 16), tupleElement(o, 2)
    FROM (SELECT arrayJoin(arrayZip({only_traces:Array(String)}, {only_spans:Array(UInt64)})) AS o))`;

type Page = Pick<ReadOptions, 'only' | 'after' | 'signal'> & { rows: number };

async function readPage(
  store: Store,
  project_id: string,
  filter: CallFilter,
  { only, after, rows, signal }: Page,
): Promise<SpanRow[]> {
  const condition = toCondition(project_id, filter);
  const position = `s.started_at <= fromUnixTimestamp64Milli({after_ms:Int64})
    AND (s.started_at, s.span_id) < (fromUnixTimestamp64Milli({after_ms:Int64}), {after_span:UInt64})`;
  return runQuery<SpanRow>(store, {
    name: 'read_calls',
    project_id,
    query: `SELECT ${LIST_COLUMNS}, s.dialect AS dialect, s.metadata AS metadata, s.thread_key AS thread
      FROM spans AS s WHERE ${condition.sql} ${only ? `AND ${ONLY}` : ''} ${after ? `AND ${position}` : ''}
      ORDER BY s.started_at DESC, s.span_id DESC LIMIT {rows:UInt32}`,
    params: {
      ...condition.params,
      ...(only && {
        only_traces: only.map(({ trace_id }) => trace_id),
        only_spans: only.map(({ span_id }) => BigInt(`0x${span_id}`)),
      }),
      ...(after && { after_ms: Date.parse(after.started_at), after_span: toNumberText(after.span_id) }),
      rows,
    },
    signal,
  });
}

/** Of consecutive rows, as many in a chunk as their bodies are guessed to fit. */
function toChunks(rows: readonly SpanRow[]): SpanRow[][] {
  const chunks: SpanRow[][] = [];
  let bytes = CHUNK_BYTES;
  for (const row of rows) {
    bytes += (row.input_tokens + row.output_tokens) * BYTES_PER_TOKEN;
    if (bytes < CHUNK_BYTES) chunks.at(-1)?.push(row);
    else {
      chunks.push([row]);
      bytes = 0;
    }
  }
  return chunks;
}

async function withBodies(
  store: Store,
  project_id: string,
  rows: readonly SpanRow[],
  signal: AbortSignal | undefined,
): Promise<CallWithScores[]> {
  const [bodies, scores] = await Promise.all([
    readBodies(store, project_id, rows, signal),
    listScoresOf(store, project_id, rows, signal),
  ]);
  const lastOfTrace = await findLastCalls(store, project_id, scores.flat(), signal);
  return rows.map(({ thread: _thread, ...row }, i) => {
    const own = scores[i] ?? [];
    const correction = own.find(
      ({ name, source, span_id, response_id }) =>
        name === SCORE_CORRECTION &&
        source === 'feedback' &&
        (span_id !== '' || response_id !== '' || lastOfTrace.get(row.trace_id) === row.span_id),
    );
    const chat = toChatCall({ dialect: row.dialect, ...toStored(bodies.get(keyOf(row)) ?? []) });
    return { ...row, chat, scores: own, correction: correction?.correction ?? '' };
  });
}

const keyOf = ({ trace_id, span_id }: { trace_id: string; span_id: string }): string => trace_id + span_id;
const toNumberText = (hex: string): string => BigInt(`0x${hex}`).toString();

/** By hour and thread, as the table is ordered: each granule that holds one of them is read once. */
async function readBodies(
  store: Store,
  project_id: string,
  rows: readonly SpanRow[],
  signal: AbortSignal | undefined,
): Promise<Map<string, BodyRow[]>> {
  const bodies = await runQuery<BodyRow>(store, {
    name: 'read_bodies',
    project_id,
    query: `SELECT lower(hex(b.trace_id)) AS trace_id, leftPad(lower(hex(b.span_id)), 16, '0') AS span_id,
        b.started_at AS started_at, b.input_messages AS input_messages, b.output_messages AS output_messages,
        if(length(b.request_raw) <= ${MAX_REQUEST_BYTES} AND isValidUTF8(b.request_raw), b.request_raw, '') AS request_raw
      FROM span_bodies AS b
      WHERE b.project_id = {project_id:String}
        AND (toStartOfHour(b.started_at), b.thread_key, b.started_at, b.span_id) IN (
          SELECT toStartOfHour(started_at) AS hour, tupleElement(k, 2) AS thread,
            fromUnixTimestamp64Milli(tupleElement(k, 1)) AS started_at, tupleElement(k, 3) AS span
          FROM (SELECT arrayJoin(arrayZip({times:Array(Int64)}, {threads:Array(UInt64)}, {spans:Array(UInt64)})) AS k))
      ORDER BY b.part, b.received_at`,
    params: {
      project_id,
      times: rows.map((row) => Date.parse(row.started_at)),
      threads: rows.map((row) => BigInt(row.thread)),
      spans: rows.map((row) => BigInt(`0x${row.span_id}`)),
    },
    signal,
    max_rows: 100_000,
  });
  return Map.groupBy(bodies, keyOf);
}

/** The call's own row comes first; messages of late events follow it. */
function toStored(rows: readonly BodyRow[]) {
  return {
    input_messages: rows.flatMap((row) => parseStoredMessages(row.input_messages)),
    output_messages: rows.flatMap((row) => parseStoredMessages(row.output_messages)),
    request_raw: rows[0]?.request_raw ?? '',
  };
}

/** Of each trace that has a correction as a whole, its last model call. */
async function findLastCalls(
  store: Store,
  project_id: string,
  scores: readonly Score[],
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const corrected = scores.filter(
    ({ name, span_id, response_id }) => name === SCORE_CORRECTION && span_id === '' && response_id === '',
  );
  if (corrected.length === 0) return new Map();
  const rows = await runQuery<{ trace_id: string; span_id: string }>(store, {
    name: 'last_call_of_trace',
    project_id,
    query: `SELECT lower(hex(s.trace_id)) AS trace_id,
        leftPad(lower(hex(argMax(s.span_id, (s.started_at, s.span_id)))), 16, '0') AS span_id
      FROM spans AS s WHERE s.project_id = {project_id:String} AND s.span_type = 'llm'
        AND s.trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))
      GROUP BY s.trace_id`,
    params: { project_id, trace_ids: [...new Set(corrected.map(({ trace_id }) => trace_id))] },
    signal,
  });
  return new Map(rows.map(({ trace_id, span_id }) => [trace_id, span_id]));
}
