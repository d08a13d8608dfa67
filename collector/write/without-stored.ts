/**
 * Which calls of a doubtful batch are still to be sent. A batch enters its targets one after the other, so a crash may
 * leave it in some of them; the same block under the same token then completes the rest and doubles nothing, as long
 * as the token is remembered.
 */
import type { IngestRow } from '../record/ingest-row.ts';
import type { Store } from '../store/client.ts';

/** Blocks since a block was written, within which its token is surely remembered: half of what the tables keep. */
const REMEMBERED_BLOCKS = 50_000;
/** Numbers in one question: a parameter holds 128 KiB. */
const ASKED_AT_ONCE = 5000;

type Stored = { status: string; received_at: number; block: number };

/**
 * The rows of `writer` to send: those that a target lacks, and, where none is missing altogether, those that this very
 * batch may have stored before, since the roll-up may still lack them.
 */
export async function withoutStored(store: Store, writer: string, rows: IngestRow[]): Promise<IngestRow[]> {
  const spans = new Map<number, Stored>();
  const bodies = new Set<number>();
  for (let at = 0; at < rows.length; at += ASKED_AT_ONCE) {
    await findStored(store, writer, rows.slice(at, at + ASKED_AT_ONCE), { spans, bodies });
  }
  if (spans.size === 0 && bodies.size === 0) return rows;
  const isStored = (row: IngestRow): boolean => spans.has(row.seq) && bodies.has(row.seq);
  if (rows.some((row) => !spans.has(row.seq) && !bodies.has(row.seq)))
    return rows.filter((row) => !isStored(row));
  const newest = await newestBlock(store);
  return rows.filter((row) => !isStored(row) || isSameBlock(row, spans.get(row.seq), newest));
}

/** Whether what is stored of `row` came with this batch, and its token still keeps it from being stored again. */
function isSameBlock(row: IngestRow, stored: Stored | undefined, newest: number): boolean {
  return (
    stored !== undefined &&
    stored.status === row.status &&
    stored.received_at === row.received_at &&
    newest - stored.block < REMEMBERED_BLOCKS
  );
}

async function findStored(
  store: Store,
  writer: string,
  rows: readonly IngestRow[],
  found: { spans: Map<number, Stored>; bodies: Set<number> },
): Promise<void> {
  // Of one call, project and start never change: they lead to its place in the order of the bodies.
  const times = rows.map((row) => row.started_at);
  const query_params = {
    writer,
    seqs: rows.map((row) => row.seq),
    projects: [...new Set(rows.map((row) => row.project_id))],
    from: Math.floor(Math.min(...times)),
    to: Math.floor(Math.max(...times)),
  };
  const [spans, bodies] = await Promise.all([
    // A part is named partition_first_last_level after the blocks in it.
    ask<{ seq: string; status: string; received_at: number; block: string }>(
      store.ingest,
      `SELECT seq, status, toUnixTimestamp(received_at) AS received_at, toUInt64(splitByChar('_', _part)[2]) AS block
       FROM spans WHERE writer = {writer:String} AND seq IN {seqs:Array(UInt64)}`,
      query_params,
    ),
    ask<{ seq: string }>(
      store.ingest,
      `SELECT seq FROM span_bodies
       WHERE project_id IN {projects:Array(String)}
         AND started_at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
         AND writer = {writer:String} AND seq IN {seqs:Array(UInt64)} AND part = 'call'`,
      query_params,
    ),
  ]);
  for (const { seq, status, received_at, block } of spans) {
    found.spans.set(Number(seq), { status, received_at, block: Number(block) });
  }
  for (const { seq } of bodies) found.bodies.add(Number(seq));
}

/** Blocks are numbered through the table, over all partitions. */
async function newestBlock(store: Store): Promise<number> {
  const [row] = await ask<{ newest: string }>(
    store.admin,
    `SELECT max(max_block_number) AS newest FROM system.parts
     WHERE database = currentDatabase() AND table = 'spans' AND active`,
    {},
  );
  return Number(row?.newest ?? 0);
}

async function ask<Row>(
  lane: Store['ingest'],
  query: string,
  query_params: Record<string, unknown>,
): Promise<Row[]> {
  const answer = await lane.query({ query, query_params, format: 'JSONEachRow' });
  return answer.json<Row>();
}
