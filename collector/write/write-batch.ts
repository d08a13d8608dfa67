/** One batch into ClickHouse, once: one INSERT under the token (writer, n), and what the writer says of itself. */
import { createHash } from 'node:crypto';
import type { IngestRow } from '../record/ingest-row.ts';
import type { WriterKind } from '../record/attributes.ts';
import type { Store } from '../store/client.ts';
import { insertBytes } from '../store/insert.ts';
import { INGEST_COLUMNS } from './ingest-columns.ts';
import { RowBinaryWriter } from './row-binary.ts';
import { withoutStored } from './without-stored.ts';

/** A token is remembered for 100,000 batches; long before that a late batch is checked row by row instead. */
const TOKEN_TRUSTED_MS = 3_600_000;
const YEAR_MS = 365 * 86_400_000;
const DAY_MS = 86_400_000;

export type WriterState = { kind: WriterKind; highSeq: number; lost: Record<string, number> };

export type WriteBatch = {
  writer: string;
  /** Undefined for a post that is no segment but only says the writer's state. */
  segment: { n: number; received_at: number } | undefined;
  state: WriterState | undefined;
  rows: IngestRow[];
};

/** Resolves when all of `batch` is durable. @throws StoreError: then all of it is to be sent again. */
export async function writeBatch(store: Store, batch: WriteBatch): Promise<void> {
  if (batch.segment && batch.rows.length > 0) await writeRows(store, batch.writer, batch.segment, batch);
  if (batch.state) await writeState(store, batch.writer, batch.state);
}

async function writeRows(
  store: Store,
  writer: string,
  segment: { n: number; received_at: number },
  { rows, state }: WriteBatch,
): Promise<void> {
  const held = rows.map((row) => holdTime(row, segment.received_at));
  const isAdopted = state?.kind === 'adopted';
  // What an adopter sends as interrupted may be here as finished already; a late batch may be past its token.
  const isDoubtful = isAdopted || Date.now() - segment.received_at > TOKEN_TRUSTED_MS;
  const missing = isDoubtful ? await withoutStored(store, writer, held) : held;
  if (missing.length === 0) return;
  const isSegment = !isAdopted && missing.length === rows.length;
  const out = new RowBinaryWriter();
  for (const row of missing) for (const [, write] of INGEST_COLUMNS) write(out, row);
  await insertBytes(store, {
    table: 'ingest',
    columns: INGEST_COLUMNS.map(([name]) => name),
    format: 'RowBinary',
    bytes: out.finish(),
    token: `${writer}:${isSegment ? segment.n : nameOf(missing)}`,
  });
}

/**
 * A token for calls that are not exactly the ones a segment holds. A token swallows whatever is sent under it a second
 * time, so it must say which calls they are: the number alone is no name, for the number of an adopted batch follows
 * the last segment that is still there, and a second adopter finds fewer than the first.
 */
function nameOf(rows: readonly IngestRow[]): string {
  return `calls-${createHash('sha256')
    .update(rows.map((row) => row.seq).join())
    .digest('base64url')}`;
}

/** A clock that is far off must not decide where a row lies: its time is held near ours, the original kept beside. */
function holdTime(row: IngestRow, received_at: number): IngestRow {
  const { started_at } = row;
  const held = Number.isNaN(started_at)
    ? received_at
    : Math.min(Math.max(started_at, received_at - YEAR_MS), received_at + DAY_MS);
  if (held === started_at) return row;
  return {
    ...row,
    started_at: held,
    attributes: { ...row.attributes, 'sekisho.started_at': String(started_at) },
  };
}

async function writeState(store: Store, writer: string, { kind, highSeq, lost }: WriterState): Promise<void> {
  const at = new Date().toISOString().replace('T', ' ').replace('Z', '');
  const row = { writer, at, kind, high_seq: highSeq, lost };
  await insertBytes(store, {
    table: 'writers',
    columns: ['writer', 'at', 'kind', 'high_seq', 'lost'],
    format: 'JSONEachRow',
    bytes: Buffer.from(JSON.stringify(row)),
    token: `${writer}:${kind}:${at}`,
  });
}
