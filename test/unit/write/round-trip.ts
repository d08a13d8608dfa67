/** A row stored and read back. */
import type { IngestRow } from '../../../collector/record/ingest-row.ts';
import type { Store } from '../../../collector/store/client.ts';
import { writeBatch } from '../../../collector/write/write-batch.ts';
import { batchOf } from './rows.ts';

export async function ask<Row>(
  store: Store,
  query: string,
  query_params: Record<string, unknown> = {},
): Promise<Row[]> {
  const answer = await store.admin.query({ query, query_params, format: 'JSONEachRow' });
  return answer.json<Row>();
}

/** Stores one row of a writer of its own and reads it back from both targets, bytes in hexadecimal. */
export async function roundTrip(store: Store, writer: string, given: Partial<IngestRow>) {
  const batch = batchOf(writer, [Number(given.seq ?? 1)], { row: given });
  await writeBatch(store, batch);
  const [span] = await ask<Record<string, unknown>>(
    store,
    `SELECT * EXCEPT (trace_id), hex(trace_id) AS trace_id, toUnixTimestamp64Milli(started_at) AS started_ms,
       toUnixTimestamp(received_at) AS received_s FROM spans WHERE writer = {writer:String}`,
    { writer },
  );
  const [body] = await ask<Record<string, unknown>>(
    store,
    `SELECT * EXCEPT (request_raw, response_raw, response_sha256, trace_id), hex(trace_id) AS trace_id,
       hex(request_raw) AS request_raw, hex(response_raw) AS response_raw, hex(response_sha256) AS response_sha256
     FROM span_bodies WHERE writer = {writer:String}`,
    { writer },
  );
  if (!span || !body) throw new Error('the row is not there');
  return { span, body, row: batch.rows[0] as IngestRow };
}
