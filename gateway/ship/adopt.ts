/**
 * Adoption: what a dead writer left is shipped in order, then each of its calls without an end as `interrupted`, then
 * its folder is removed. Killed at any point, the next adopter does the same again; the store takes each call once.
 */
import { join } from 'node:path';
import { takeLock } from '../../collector/spool/lock.ts';
import { listSegments, listWriters, SpoolReader } from '../../collector/spool/reader.ts';
import type { WorkerOptions } from './messages.ts';
import { shipBatch, type ShipContext } from './ship-batch.ts';

/** Adopts every writer whose lock is free. `between` runs after each batch, so that own segments do not wait. */
export async function adoptDeadWriters(
  context: ShipContext,
  options: WorkerOptions,
  onFreed: (bytes: number) => void,
  between: () => Promise<void>,
): Promise<void> {
  for (const folder of listWriters(options.spool)) {
    if (folder === options.folder) continue;
    const lock = await takeLock(join(folder, 'lock'));
    if (!lock) continue;
    try {
      await adopt(context, new SpoolReader(folder, options.secret), listSegments(folder), onFreed, between);
    } finally {
      lock.release();
    }
  }
}

async function adopt(
  context: ShipContext,
  reader: SpoolReader,
  segments: number[],
  onFreed: (bytes: number) => void,
  between: () => Promise<void>,
): Promise<void> {
  let lastN = 0;
  let receivedAt = Date.now();
  let damaged = 0;
  for (const n of segments) {
    const batch = reader.read(n);
    lastN = n;
    receivedAt = batch.receivedAt;
    damaged += batch.damagedCalls;
    await shipBatch(context, batch);
    onFreed(reader.acknowledge(batch));
    await between();
  }
  const rest = reader.takeInterrupted(lastN, receivedAt);
  context.say(
    `ship: adopted writer ${reader.writer}: ${segments.length} segments, ${rest.calls.length} interrupted calls`,
  );
  const lost: Record<string, number> = damaged > 0 ? { damaged } : {};
  await shipBatch(context, rest, { kind: 'adopted', highSeq: reader.highSeq, lost });
  onFreed(reader.acknowledge(rest));
  reader.removeFolder();
}
