/**
 * The reading end of one writer's folder: takes closed segments in order, puts calls together, and says when a
 * segment may be unlinked: once it is acknowledged and no open or unacknowledged call has a frame in it.
 */
import { closeSync, openSync, readdirSync, readSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CallClose, CallOpen, SpooledCall } from './call.ts';
import { FRAME, FRAME_HEADER_BYTES, splitPayload, type Frame, type FrameType } from './frame.ts';
import { freeBuffer } from './free.ts';
import {
  decryptAt,
  findSegmentNumber,
  readSegment,
  segmentPath,
  SEGMENT_HEADER_BYTES,
  writerKey,
} from './segment.ts';

/** Where an earlier frame of an open call lies. */
type FrameRef = { n: number; type: FrameType; offset: number; length: number };

/** One segment as it is posted: the calls whose CLOSE lies in it. (writer, n) is its deduplication token. */
export type Batch = {
  writer: string;
  n: number;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  calls: SpooledCall[];
  /** Every call that ends in this batch, assembled or not, with the segments its frames lie in. */
  ended: { seq: number; segments: number[] }[];
  damagedBytes: number;
  /** Calls that end here but whose OPEN is there no more though its segment is: bytes on disk went bad. */
  damagedCalls: number;
  /** What the calls' bodies are views of; freed by `acknowledge`. */
  text: Buffer | undefined;
};

/** Numbers of the segments that lie in `folder`, ascending. */
export function listSegments(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => findSegmentNumber(name) ?? [])
    .toSorted((a, b) => a - b);
}

export class SpoolReader {
  readonly writer: string;
  #folder: string;
  #key: Buffer;
  /** Frames of calls not yet closed, by seq. */
  #open = new Map<number, FrameRef[]>();
  /** Per segment on disk: is it acknowledged, and the calls that hold it. */
  #segments = new Map<number, { acknowledged: boolean; holders: Set<number> }>();
  /** Highest seq seen in any frame. */
  highSeq = 0;

  constructor(folder: string, secret: string) {
    this.#folder = folder;
    this.writer = basename(folder);
    this.#key = writerKey(secret, this.writer);
  }

  /** Reads segment `n`; segments must be given in ascending order. */
  read(n: number): Batch {
    const segment = readSegment(this.#folder, n, this.#key);
    const holders = new Set<number>();
    this.#segments.set(n, { acknowledged: false, holders });
    const here = new Map<number, Frame[]>();
    for (const frame of segment.frames) {
      holders.add(frame.seq);
      if (frame.seq > this.highSeq) this.highSeq = frame.seq;
      const frames = here.get(frame.seq);
      if (frames) frames.push(frame);
      else here.set(frame.seq, [frame]);
    }
    const batch: Batch = {
      writer: this.writer,
      n,
      receivedAt: segment.receivedAt,
      calls: [],
      ended: [],
      damagedBytes: segment.damagedBytes,
      damagedCalls: 0,
      text: segment.text,
    };
    for (const [seq, frames] of here) {
      const close = frames.find((frame) => frame.type === FRAME.close);
      if (close) this.#finish(batch, seq, close, frames);
      else this.#remember(seq, n, frames);
    }
    return batch;
  }

  /** Marks `batch` as stored and unlinks what nothing holds any more; its bodies are gone. @returns bytes freed on disk. */
  acknowledge(batch: Batch): number {
    const segment = this.#segments.get(batch.n);
    if (segment) segment.acknowledged = true;
    for (const { seq, segments } of batch.ended) {
      this.#open.delete(seq);
      for (const n of segments) this.#segments.get(n)?.holders.delete(seq);
    }
    if (batch.text) freeBuffer(batch.text);
    return this.#unlinkFree();
  }

  /**
   * What is left of a dead writer after its last segment: each OPEN without CLOSE, as one batch with the number after
   * the last. A second adopter may find fewer segments and send another such batch: the collector knows these calls by
   * (writer, seq), not by the batch's number.
   */
  takeInterrupted(lastN: number, receivedAt: number): Batch {
    const batch: Batch = {
      writer: this.writer,
      n: lastN + 1,
      receivedAt,
      calls: [],
      ended: [],
      damagedBytes: 0,
      damagedCalls: 0,
      text: undefined,
    };
    for (const [seq, refs] of [...this.#open].toSorted(([a], [b]) => a - b)) {
      batch.ended.push({ seq, segments: refs.map((ref) => ref.n) });
      const call = this.#assemble(seq, this.#fetch(seq));
      if (call) batch.calls.push(call);
    }
    return batch;
  }

  /** Removes the folder of a dead writer once everything in it is acknowledged. */
  removeFolder(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #finish(batch: Batch, seq: number, close: Frame, frames: Frame[]): void {
    const { segments } = splitPayload(close.payload).meta as CallClose;
    batch.ended.push({ seq, segments: [...segments, batch.n] });
    const call = this.#assemble(seq, [...this.#fetch(seq), ...frames]);
    if (call) batch.calls.push(call);
    else if (segments.every((n) => this.#segments.has(n))) batch.damagedCalls++;
  }

  /** At a clean end nothing is left but the lock; anything else stays for the next start to adopt. */
  removeFolderIfEmpty(): void {
    if (listSegments(this.#folder).length === 0) this.removeFolder();
  }

  #remember(seq: number, n: number, frames: Frame[]): void {
    const refs = this.#open.get(seq) ?? [];
    for (const { type, offset, payload } of frames) {
      refs.push({ n, type, offset: offset + FRAME_HEADER_BYTES, length: payload.length });
    }
    this.#open.set(seq, refs);
  }

  /** Earlier frames of `seq`, read back from their segments. */
  #fetch(seq: number): Frame[] {
    const refs = this.#open.get(seq) ?? [];
    return refs.map(({ n, type, offset, length }) => {
      const sealed = Buffer.allocUnsafe(length);
      const fd = openSync(segmentPath(this.#folder, n), 'r');
      try {
        readSync(fd, sealed, 0, length, SEGMENT_HEADER_BYTES + offset);
      } finally {
        closeSync(fd);
      }
      return { type, seq, payload: decryptAt(this.#key, n, offset, sealed), offset };
    });
  }

  /**
   * A call from its frames in order. Without an OPEN there is no call: its segment is gone, which happens only
   * after everything in it, this call included, was acknowledged (or its bytes are damaged, which is counted).
   */
  #assemble(seq: number, frames: Frame[]): SpooledCall | undefined {
    const opening = frames.find((frame) => frame.type === FRAME.open);
    if (!opening) return undefined;
    const open = splitPayload(opening.payload);
    const closing = frames.find((frame) => frame.type === FRAME.close);
    const close = closing && splitPayload(closing.payload);
    const pieces = frames.filter((frame) => frame.type === FRAME.chunk).map((frame) => frame.payload);
    if (close && close.body.length > 0) pieces.push(close.body);
    return {
      seq,
      open: open.meta as CallOpen,
      close: close?.meta as CallClose | undefined,
      request: open.body,
      response: pieces,
    };
  }

  /** Ascending, so that of a call's frames the OPEN goes first: what is cut short here cannot look interrupted. */
  #unlinkFree(): number {
    let freed = 0;
    for (const [n, { acknowledged, holders }] of this.#segments) {
      if (!acknowledged || holders.size > 0) continue;
      const path = segmentPath(this.#folder, n);
      freed += statSync(path).size;
      unlinkSync(path);
      this.#segments.delete(n);
    }
    return freed;
  }
}

/** Folders of writers below `spool`, whoever owns them. */
export function listWriters(spool: string): string[] {
  return readdirSync(spool, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^[0-9a-f]{32}$/.test(entry.name))
    .map((entry) => join(spool, entry.name));
}
