/** What is known of one call, bodies included? */
import { z } from 'zod';
import { type Message, message } from '../record/message.ts';
import type { SpanDetail } from '../record/span.ts';
import type { Store } from '../store/client.ts';
import { LIST_COLUMNS, type ListRow } from './call-columns.ts';
import { runQuery } from './run.ts';

type SpanRow = ListRow &
  Omit<SpanDetail, keyof ListRow | keyof Bodies | 'usage' | 'seq'> & {
    usage: Record<string, string>;
    seq: string;
    thread: string;
  };
type Encoding = 'utf-8' | 'base64';
type BodyRow = Record<'input_messages' | 'output_messages' | 'request_raw' | 'response_raw', string> &
  Record<'request_encoding' | 'response_encoding', Encoding>;
type Bodies = Pick<
  SpanDetail,
  'input_messages' | 'output_messages' | 'request_raw' | 'response_raw' | 'raw_encoding'
>;

const SPAN_QUERY = `SELECT ${LIST_COLUMNS},
    if(s.parent_span_id = 0, '', leftPad(lower(hex(s.parent_span_id)), 16, '0')) AS parent_span_id,
    s.origin AS origin, s.key_id AS key_id, s.finish_reasons AS finish_reasons,
    s.usage AS usage, mapApply((k, v) -> (k, toString(v)), s.costs) AS costs, s.metadata AS metadata,
    s.attributes AS attributes, s.dialect AS dialect, s.writer AS writer, s.seq AS seq,
    s.received_at AS received_at, s.thread_key AS thread
  FROM spans AS s
  WHERE s.project_id = {project_id:String} AND s.span_id = {span:UInt64}
    AND s.trace_id = toFixedString(unhex({trace_id:String}), 16)
  ORDER BY s.received_at LIMIT 1`;

/** Hour and thread are the key of the bodies' table: with them one granule is read. JSON carries no foreign bytes. */
const BODY_QUERY = `SELECT b.input_messages AS input_messages, b.output_messages AS output_messages,
    if(isValidUTF8(b.request_raw), 'utf-8', 'base64') AS request_encoding,
    if(isValidUTF8(b.request_raw), b.request_raw, base64Encode(b.request_raw)) AS request_raw,
    if(isValidUTF8(b.response_raw), 'utf-8', 'base64') AS response_encoding,
    if(isValidUTF8(b.response_raw), b.response_raw, base64Encode(b.response_raw)) AS response_raw
  FROM span_bodies AS b
  WHERE b.project_id = {project_id:String}
    AND toStartOfHour(b.started_at) = toStartOfHour(fromUnixTimestamp64Milli({started_ms:Int64}))
    AND b.thread_key = {thread:UInt64} AND b.started_at = fromUnixTimestamp64Milli({started_ms:Int64})
    AND b.span_id = {span:UInt64} AND b.trace_id = toFixedString(unhex({trace_id:String}), 16)
  ORDER BY b.part, b.received_at LIMIT 1000`;

/** The call, or undefined where this project has none such. @throws like `runQuery` */
export async function findCall(
  store: Store,
  project_id: string,
  ids: { trace_id: string; span_id: string },
): Promise<SpanDetail | undefined> {
  const params = { project_id, trace_id: ids.trace_id, span: BigInt(`0x${ids.span_id}`).toString() };
  const [row] = await runQuery<SpanRow>(store, { name: 'get_call', project_id, query: SPAN_QUERY, params });
  if (!row) return undefined;
  const { thread, usage, seq, ...span } = row;
  const started_ms = Date.parse(row.started_at);
  const bodies = await runQuery<BodyRow>(store, {
    name: 'get_call_bodies',
    project_id,
    query: BODY_QUERY,
    params: { ...params, started_ms, thread },
  });
  const counts = Object.entries(usage).map(([kind, count]) => [kind, Number(count)] as const);
  return { ...span, seq: Number(seq), usage: Object.fromEntries(counts), ...toBodies(bodies) };
}

/** Of the rows of one call: messages of late events come after those of the call, raw bytes are the call's. */
function toBodies(rows: readonly BodyRow[]): Bodies {
  const [call] = rows;
  return {
    input_messages: rows.flatMap((row) => parseMessages(row.input_messages)),
    output_messages: rows.flatMap((row) => parseMessages(row.output_messages)),
    request_raw: call?.request_raw ?? '',
    response_raw: call?.response_raw ?? '',
    raw_encoding: {
      request: call?.request_encoding ?? 'utf-8',
      response: call?.response_encoding ?? 'utf-8',
    },
  };
}

/** One strange message, of an older version say, must not hide the others: it is shown as what it is. */
const storedMessages = z.array(
  message.catch(({ value }) => ({ role: 'unknown', parts: [{ type: 'generic', value }] })),
);

function parseMessages(text: string): Message[] {
  if (text === '') return [];
  try {
    return storedMessages.parse(JSON.parse(text));
  } catch {
    return [{ role: 'unknown', parts: [{ type: 'text', content: text }] }];
  }
}
