/** What tests of the spool share: a fresh folder, a writer, frames' contents, and a view of what lies on disk. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SpooledCall } from '../../../collector/spool/call.ts';
import type { Frame } from '../../../collector/spool/frame.ts';
import { listSegments, SpoolReader, type Batch } from '../../../collector/spool/reader.ts';
import { readSegment, writerKey } from '../../../collector/spool/segment.ts';
import { SpoolWriter } from '../../../collector/spool/writer.ts';
import { closeMeta, noise, openMeta, SECRET } from './spool-calls.ts';

export { closeMeta, noise, openMeta, SECRET };

/** A folder that is gone after the test. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-spool-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export type Opened = { writer: SpoolWriter; closed: number[]; trouble: string[] };

/** A started writer in `folder`; it lets go of its folder after the test. */
export async function openWriter(folder: string, maxBytes = 2 ** 40): Promise<Opened> {
  const closed: number[] = [];
  const trouble: string[] = [];
  const writer = new SpoolWriter({
    folder,
    secret: SECRET,
    maxBytes,
    onClosed: (n) => void closed.push(n),
    onTrouble: (line) => void trouble.push(line),
  });
  await writer.start();
  onTestFinished(() => {
    writer.stop();
    writer.release();
  });
  return { writer, closed, trouble };
}

/** Opens and closes a call. @returns its seq */
export function writeCall(writer: SpoolWriter, request = 'request', response = 'response'): number {
  const seq = writer.open(openMeta(), Buffer.from(request));
  writer.close(seq, closeMeta(), Buffer.from(response), () => {});
  return seq;
}

/** All sound frames that lie in a writer's folder now, whatever the state of its segments. */
export function framesOnDisk(folder: string, writer: string): (Frame & { n: number })[] {
  const key = writerKey(SECRET, writer);
  return listSegments(folder).flatMap((n) =>
    readSegment(folder, n, key).frames.map((frame) => ({ ...frame, n })),
  );
}

/** Reads all segments of `folder` as an adopter does, without acknowledging any. */
export function readAll(folder: string): { reader: SpoolReader; batches: Batch[]; calls: SpooledCall[] } {
  const reader = new SpoolReader(folder, SECRET);
  const batches = listSegments(folder).map((n) => reader.read(n));
  return { reader, batches, calls: batches.flatMap((batch) => batch.calls) };
}

/** The answer of `call` as text. */
export const answerText = (call: SpooledCall | undefined): string =>
  Buffer.concat(call?.response ?? []).toString();

/** Changes one bit of the byte at `at`. */
export function flipByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

export const readBytes = (path: string): Buffer => readFileSync(path);
