/** Rows as a normaliser makes them, and the three targets as a reader sees them. */
import { createHash } from 'node:crypto';
import type { IngestRow } from '../../../collector/record/ingest-row.ts';
import type { Store } from '../../../collector/store/client.ts';
import type { WriteBatch } from '../../../collector/write/write-batch.ts';

export const RECEIVED_AT = Math.floor(Date.now() / 1000) * 1000;

/** A row with everything plain but what is given. */
export function ingestRow(given: Partial<IngestRow> = {}): IngestRow {
  const seq = given.seq ?? 1;
  return {
    project_id: 'p1',
    started_at: RECEIVED_AT - 1000,
    trace_id: seq.toString(16).padStart(32, '0'),
    span_id: seq.toString(16).padStart(16, '0'),
    parent_span_id: '',
    origin: 'gateway',
    counted: true,
    session_id: '',
    thread_key: '00000000000000aa',
    user_id: '',
    key_id: 'key_1',
    span_type: 'llm',
    operation: 'chat',
    name: 'chat demo',
    provider: 'openai',
    upstream: 'openai',
    request_model: 'gpt-4o-mini',
    response_model: 'gpt-4o-mini',
    response_id: '',
    status: 'ok',
    http_status: 200,
    error_type: '',
    prompt_name: '',
    prompt_version: 0,
    stream: false,
    finish_reasons: ['stop'],
    duration_ms: 5,
    ttft_ms: -1,
    input_tokens: 3,
    output_tokens: 2,
    usage: { input_tokens: 3 },
    cost_total: 7n,
    costs: { input: 7n },
    cost_source: 'table',
    tags: [],
    metadata: {},
    attributes: {},
    dialect: 'openai.chat',
    input_preview: '',
    output_preview: '',
    search_text: 'hello',
    writer: 'w',
    seq,
    received_at: RECEIVED_AT / 1000,
    part: 'call',
    input_messages: '[]',
    output_messages: '[]',
    request_raw: Buffer.from('{}'),
    response_raw: Buffer.from('{}'),
    response_sha256: createHash('sha256').update('{}').digest(),
    ...given,
  };
}

export type BatchOptions = {
  n?: number;
  received_at?: number;
  adopted?: boolean;
  row?: Partial<IngestRow>;
};

/** A batch of `writer` with one call per number. */
export function batchOf(writer: string, seqs: readonly number[], options: BatchOptions = {}): WriteBatch {
  const { n = 1, received_at = RECEIVED_AT, adopted = false, row = {} } = options;
  const status = adopted ? 'interrupted' : 'ok';
  return {
    writer,
    segment: { n, received_at },
    state: adopted ? { kind: 'adopted', highSeq: Math.max(0, ...seqs), lost: {} } : undefined,
    rows: seqs.map((seq) =>
      ingestRow({ writer, seq, status, project_id: writer, received_at: received_at / 1000, ...row }),
    ),
  };
}

export type Held = { spans: number[]; bodies: number[]; calls: number; tokens: number };

/** Numbers of the calls that each target holds of `writer`, whose project has its name, and the roll-up's sums. */
export async function heldOf(store: Store, writer: string): Promise<Held> {
  const answer = await store.system.query({
    query: `SELECT
      (SELECT arraySort(groupArray(toUInt32(seq))) FROM spans WHERE writer = {writer:String}) AS spans,
      (SELECT arraySort(groupArray(toUInt32(seq))) FROM span_bodies WHERE writer = {writer:String}) AS bodies,
      (SELECT toUInt32(sum(calls)) FROM rollup_hour WHERE project_id = {writer:String}) AS calls,
      (SELECT toUInt32(sum(input_tokens)) FROM rollup_hour WHERE project_id = {writer:String}) AS tokens`,
    query_params: { writer },
    format: 'JSONEachRow',
  });
  const [held] = await answer.json<Held>();
  if (!held) throw new Error('no answer');
  return held;
}

/** What `heldOf` gives when each of `seqs` is in every target once. */
export function wholly(seqs: readonly number[]): Held {
  return { spans: [...seqs], bodies: [...seqs], calls: seqs.length, tokens: 3 * seqs.length };
}
