/** Rows for the table `ingest` as a test inserts them, and how many of them each target holds. */
import type { Store } from '../../collector/store/client.ts';
import { insertBytes, type InsertBytes } from '../../collector/store/insert.ts';
import { StoreError } from '../../collector/store/store-error.ts';

export type CallOptions = { project?: string; writer?: string; from?: number; text?: string; count?: number };

const SECOND_MS = 1000;

function toTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23).replace('T', ' ');
}

/** `count` calls of one writer, numbered from `from`, as one batch under `token`. */
export function callBatch(token: string, options: CallOptions = {}): InsertBytes {
  const { project = 'p1', writer = 'w1', from = 0, text = 'hello', count = 1 } = options;
  const rows = Array.from({ length: count }, (_, index) => ({
    project_id: project,
    started_at: toTime(Date.UTC(2026, 10, 2) + (from + index) * SECOND_MS),
    trace_id: String(from + index).padStart(16, '0'),
    span_id: String(from + index + 1),
    origin: 'gateway',
    counted: true,
    status: 'ok',
    request_model: 'demo',
    duration_ms: 5,
    ttft_ms: -1,
    input_tokens: 3,
    cost_total: '0.000000000001',
    search_text: text,
    writer,
    seq: from + index,
    received_at: toTime(Date.UTC(2026, 10, 2)).slice(0, 19),
    part: 'call',
    request_raw: text,
    response_sha256: '0'.repeat(32),
  }));
  return {
    table: 'ingest',
    columns: Object.keys(rows[0] ?? {}),
    format: 'JSONEachRow',
    bytes: Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n')),
    token,
  };
}

export type TargetCounts = { spans: number; bodies: number; calls: number; tokens: number };

/** Rows of `writer` in spans and bodies, and, when it is the only one, the sums of the roll-up. */
export async function countTargets(store: Store, writer?: string): Promise<TargetCounts> {
  const where = writer ? 'WHERE writer = {writer:String}' : '';
  const answer = await store.system.query({
    query: `SELECT toUInt32((SELECT count() FROM spans ${where})) AS spans,
      toUInt32((SELECT count() FROM span_bodies ${where})) AS bodies,
      toUInt32((SELECT sum(calls) FROM rollup_hour)) AS calls,
      toUInt32((SELECT sum(input_tokens) FROM rollup_hour)) AS tokens`,
    query_params: { writer: writer ?? '' },
    format: 'JSONEachRow',
  });
  const [counts] = await answer.json<TargetCounts>();
  if (!counts) throw new Error('no counts');
  return counts;
}

const TRIES = 5;

/** Inserts as the writers do: a batch whose connection broke is sent again as it was, under its token. */
export async function insertUntilStored(store: Store, batch: InsertBytes): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await insertBytes(store, batch);
    } catch (error) {
      const isBroken = error instanceof StoreError && error.code === 0;
      if (!isBroken || tries === TRIES) throw error;
    }
  }
}
