/**
 * The writing end of the spool: frames of one turn of the event loop (and what began shortly before) are sealed and
 * written by one call. One writer per start of a process, with a random id and a dense `seq`; its folder is locked, so the dead can be told from the
 * living. Mode `process`: what is written survives kill -9, not a power cut.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CallClose, CallOpen } from './call.ts';
import { FRAME, type FrameType } from './frame.ts';
import { FrameScratch } from './frame-scratch.ts';
import { takeLock } from './lock.ts';
import { createQuota, type Quota } from './quota.ts';
import { writerKey } from './segment.ts';
import { SegmentFile } from './segment-file.ts';

const SEGMENT_MAX_AGE_MS = 1000;
const SEGMENT_MAX_BYTES = 8 * 1024 ** 2;
const SEGMENT_MAX_CALLS = 5000;
/** A batch is posted whole: a segment also closes when the calls that end in it carry this much. */
const SEGMENT_MAX_CALL_BYTES = 32 * 1024 ** 2;
/** How long an OPEN or CHUNK may wait for company. Only a CLOSE has somebody waiting for it. */
const GATHER_MS = 10;
const RETRY_AFTER_FAILURE_MS = 1000;
const EMPTY = Buffer.alloc(0);

export type SpoolOptions = {
  /** Folder of all writers; this one's is a child named by its id. */
  folder: string;
  secret: string;
  /** Bytes of segments that may lie unshipped before the policy of `quota.ts` sets in. */
  maxBytes: number;
  /** Called with each segment's number once it is closed and will not change again. */
  onClosed: (n: number) => void;
  /** Called with a line for the log when disk or quota interfere. */
  onTrouble: (line: string) => void;
};

type Pending = {
  type: FrameType;
  seq: number;
  meta: object | undefined;
  body: Uint8Array;
  done: (() => void) | undefined;
};
type OpenCall = { seq: number; segments: number[]; bytes: number; truncated: boolean };

export class SpoolWriter {
  readonly id = randomBytes(16).toString('hex');
  readonly folder: string;
  readonly quota: Quota;
  #options: SpoolOptions;
  #key: Buffer;
  #lock: { release(): void } | undefined;
  #segment: SegmentFile | undefined;
  #nextSegment = 1;
  #nextSeq = 1;
  #pending: Pending[] = [];
  #turn: NodeJS.Immediate | undefined;
  #gather: NodeJS.Timeout | undefined;
  #ageTimer: NodeJS.Timeout | undefined;
  #openCalls = new Map<number, OpenCall>();
  #failedAt = 0;
  #owed: Pending[] = [];
  #scratch = new FrameScratch();
  #retryTimer: NodeJS.Timeout | undefined;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#key = writerKey(options.secret, this.id);
    this.folder = join(options.folder, this.id);
    this.quota = createQuota(options.maxBytes, options.onTrouble);
  }

  /** Makes and locks the folder. */
  async start(): Promise<this> {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    this.#lock = await takeLock(join(this.folder, 'lock'));
    if (!this.#lock) throw new Error(`spool folder ${this.folder} is in use`);
    return this;
  }

  /** The highest seq given out: what a certificate compares with what is stored. */
  get highSeq(): number {
    return this.#nextSeq - 1;
  }

  /** Whether a new call can be captured at all; when not, `SEKISHO_SPOOL_FULL=refuse` answers 503. */
  get canAccept(): boolean {
    return this.quota.level() !== 'lost' && !this.#isResting();
  }

  /** Queues OPEN and returns the call's seq. */
  open(meta: CallOpen, request: Uint8Array): number {
    const seq = this.#nextSeq++;
    const body = this.quota.admit(request);
    this.#openCalls.set(seq, {
      seq,
      segments: [],
      bytes: body.length,
      truncated: body.length < request.length,
    });
    this.#enqueue({ type: FRAME.open, seq, meta, body, done: undefined });
    return seq;
  }

  /** Queues a piece of the answer. */
  chunk(seq: number, bytes: Uint8Array): void {
    const call = this.#openCalls.get(seq);
    if (!call) return;
    const body = this.quota.admit(bytes);
    if (body.length < bytes.length) call.truncated = true;
    call.bytes += body.length;
    if (body.length > 0) this.#enqueue({ type: FRAME.chunk, seq, meta: undefined, body, done: undefined });
  }

  /** Queues CLOSE with the rest of the answer; `done` is called once it is written (or counted as lost). */
  close(seq: number, meta: Omit<CallClose, 'segments'>, rest: Uint8Array, done: () => void): void {
    const call = this.#openCalls.get(seq);
    if (!call) return done();
    const body = this.quota.admit(rest);
    call.bytes += body.length;
    const truncated = meta.truncated || call.truncated || body.length < rest.length;
    // `segments` is filled in when the frame is written: earlier frames of this turn may open a new segment.
    const full: CallClose = { ...meta, truncated, segments: call.segments };
    this.#enqueue({ type: FRAME.close, seq, meta: full, body, done });
  }

  /** Writes what is queued and closes the segment, if there is one. */
  flush(): void {
    this.#writeTurn();
    this.#closeSegment();
  }

  /** Flushes; nothing may be queued after this. The folder stays locked until `release`. */
  stop(): void {
    this.flush();
    clearTimeout(this.#ageTimer);
    clearTimeout(this.#retryTimer);
  }

  /** Lets go of the folder: from here on another process may adopt what is in it. */
  release(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  #enqueue(pending: Pending): void {
    this.#pending.push(pending);
    if (pending.done) this.#turn ??= setImmediate(() => this.#writeTurn());
    else this.#gather ??= setTimeout(() => this.#writeTurn(), GATHER_MS);
  }

  #isResting(): boolean {
    return this.#failedAt > 0 && Date.now() - this.#failedAt < RETRY_AFTER_FAILURE_MS;
  }

  #writeTurn(): void {
    if (this.#turn) clearImmediate(this.#turn);
    if (this.#gather) clearTimeout(this.#gather);
    this.#turn = undefined;
    this.#gather = undefined;
    const pending = this.#pending;
    if (pending.length === 0 && this.#owed.length === 0) return;
    this.#pending = [];
    if (this.#isResting()) this.#refuse(pending, 'spool_error');
    else this.#tryWrite(this.quota.level() === 'lost' ? this.#withoutNewCalls(pending) : pending);
    for (const { done } of pending) done?.();
  }

  /** At the quota new calls are lost, but what ends a call already on disk is still written: it is small. */
  #withoutNewCalls(pending: Pending[]): Pending[] {
    this.#refuse(
      pending.filter(({ type }) => type === FRAME.open),
      'spool_full',
    );
    return pending.filter(({ type }) => type !== FRAME.open);
  }

  #tryWrite(pending: Pending[]): void {
    const all = [...this.#owed, ...pending];
    this.#owed = [];
    try {
      this.#segment ??= this.#openSegment();
      this.#write(this.#segment, all);
      this.#failedAt = 0;
    } catch (error) {
      this.#failedAt = Date.now();
      this.#options.onTrouble(`spool: cannot write, new calls are lost until it can: ${String(error)}`);
      this.#abandonSegment();
      this.#refuse(all, 'spool_error');
      this.#retryTimer ??= setTimeout(() => this.#retry(), RETRY_AFTER_FAILURE_MS);
    }
    const segment = this.#segment;
    if (!segment) return;
    const isFull = segment.bytes >= SEGMENT_MAX_BYTES || segment.calls >= SEGMENT_MAX_CALLS;
    if (isFull || segment.callBytes >= SEGMENT_MAX_CALL_BYTES) this.#closeSegment();
  }

  #retry(): void {
    this.#retryTimer = undefined;
    this.#failedAt = 0;
    this.#writeTurn();
  }

  #write(segment: SegmentFile, pending: Pending[]): void {
    const written: OpenCall[] = [];
    const closed: OpenCall[] = [];
    for (const { type, seq, meta, body } of pending) {
      const call = this.#openCalls.get(seq);
      if (!call) continue; // its OPEN was lost: the rest of it says nothing
      this.#scratch.add(type, seq, meta, body);
      written.push(call);
      if (type === FRAME.close) closed.push(call);
    }
    this.quota.add(segment.append(this.#scratch.take()));
    for (const { segments } of written) if (segments.at(-1) !== segment.n) segments.push(segment.n);
    for (const call of closed) {
      segment.calls++;
      segment.callBytes += call.bytes;
      this.#openCalls.delete(call.seq);
    }
  }

  #openSegment(): SegmentFile {
    const segment = new SegmentFile(this.folder, this.id, this.#key, this.#nextSegment++);
    this.quota.add(segment.bytes);
    this.#ageTimer = setTimeout(() => this.flush(), SEGMENT_MAX_AGE_MS);
    return segment;
  }

  #closeSegment(): void {
    const segment = this.#takeSegment();
    if (!segment) return;
    try {
      this.quota.add(segment.end({ received_at: Date.now(), calls: segment.calls }));
    } catch (error) {
      this.#options.onTrouble(`spool: segment ${segment.n} closed without its seal: ${String(error)}`);
    }
    segment.closeFile();
    this.#options.onClosed(segment.n);
  }

  #abandonSegment(): void {
    const segment = this.#takeSegment();
    if (!segment) return;
    segment.cutBack();
    segment.closeFile();
    this.#options.onClosed(segment.n);
  }

  #takeSegment(): SegmentFile | undefined {
    clearTimeout(this.#ageTimer);
    const segment = this.#segment;
    this.#segment = undefined;
    return segment;
  }

  /** What cannot be written: a new call is lost, an answer loses its bytes, a CLOSE is owed until the disk is back. */
  #refuse(pending: Pending[], reason: string): void {
    for (const frame of pending) {
      const call = this.#openCalls.get(frame.seq);
      if (!call) continue;
      call.truncated = true;
      if (call.segments.length === 0) {
        this.#openCalls.delete(frame.seq);
        this.quota.countLost(reason);
      } else if (frame.type === FRAME.close) {
        this.#owed.push({ ...frame, meta: { ...frame.meta, truncated: true }, body: EMPTY, done: undefined });
      }
    }
  }
}

/** Makes a writer's folder and starts it. @throws if the folder cannot be made or locked. */
export function createSpoolWriter(options: SpoolOptions): Promise<SpoolWriter> {
  return new SpoolWriter(options).start();
}
