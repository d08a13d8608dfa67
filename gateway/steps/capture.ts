/**
 * Step: the copy of a call that goes to the spool. The answer's bytes gather in at most 16 KiB, and for at most half a
 * second, before they become a CHUNK frame. Nothing here can alter or fail the answer.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Outcome } from '../../collector/record/attributes.ts';
import type { CallOpen } from '../../collector/spool/call.ts';
import type { SpoolWriter } from '../../collector/spool/writer.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import { REJECTED_PROJECT } from './authenticate.ts';
import type { Call } from './call.ts';
import { toRecordedRequestHeaders, toRecordedResponseHeaders } from './headers.ts';

const BUFFER_BYTES = 16 * 1024;
const BUFFER_MS = 500;
/** Of one body; what is beyond is left out and the call marked truncated. */
const MAX_CAPTURED_BYTES = 64 * 1024 ** 2;
const EMPTY = Buffer.alloc(0);

export type CaptureMode = 'full' | 'metadata' | 'off';

/** What is known of a call when it is sent on. */
export type Sent = {
  operation: string;
  provider: string;
  upstream: string;
  /** host:port */
  server: string;
  model: string;
  stream: boolean;
  usage_injected: boolean;
};

/** A call to `upstream` that is recorded by its shape alone. */
export function sentByShape({ provider, name, server }: Upstream): Sent {
  return {
    operation: '',
    provider,
    upstream: name,
    server,
    model: '',
    stream: false,
    usage_injected: false,
  };
}

/** How the answer ended. */
export type Ending = { outcome: Outcome; status: number; error_type: string };

export type Capture = {
  /** The answer's headers have come. */
  started(headers: IncomingHttpHeaders): void;
  data(bytes: Buffer): void;
  /** `done` runs once the CLOSE frame is written; only the first call counts. */
  close(ending: Ending, done: () => void): void;
  readonly isClosed: boolean;
};

export type Keeping = {
  /** Length of the request's body where not all of it was kept. */
  size?: number;
  /** Keep an answer only if it is text (JSON, events), and only this many bytes of it. */
  textUpTo?: number;
};

export type Capturing = {
  /** Opens the record of `call`; `request` is what was kept of the client's body. */
  open(call: Call, sent: Sent, headers: IncomingHttpHeaders, request: Uint8Array, keeping?: Keeping): Capture;
  /** Whether a new call can be captured now. */
  readonly canAccept: boolean;
  stop(): void;
};

/** Captures into `writer`. One timer serves all streams. */
export function createCapturing(writer: SpoolWriter, mode: CaptureMode): Capturing {
  const dirty = new Set<Recording>();
  const timer = setInterval(() => {
    for (const recording of dirty) recording.flush();
  }, BUFFER_MS);
  timer.unref();
  return {
    open(call, sent, headers, request, keeping = {}) {
      if (mode === 'off') return new Uncaptured();
      const keepsBodies = mode === 'full' && call.principal.project_id !== REJECTED_PROJECT;
      const seq = writer.open(toOpen(call, sent, headers, keepsBodies), keepsBodies ? request : EMPTY);
      const { size = request.length, textUpTo } = keeping;
      const isCut = keepsBodies && request.length < size;
      return new Recording(writer, dirty, { seq, started: call.started, keepsBodies, size, isCut, textUpTo });
    },
    get canAccept() {
      return mode === 'off' || writer.canAccept;
    },
    stop: () => clearInterval(timer),
  };
}

type RecordingOptions = {
  seq: number;
  started: number;
  keepsBodies: boolean;
  size: number;
  /** Less of the request was kept than there was. */
  isCut: boolean;
  textUpTo: number | undefined;
};

class Recording implements Capture {
  isClosed = false;
  #writer: SpoolWriter;
  #dirty: Set<Recording>;
  #options: RecordingOptions;
  #pieces: Buffer[] = [];
  #gathered = 0;
  #captured = 0;
  #received = 0;
  #ttft = -1;
  #keepsAnswer: boolean;
  #isEventStream = false;
  #headers: Record<string, string> = {};

  constructor(writer: SpoolWriter, dirty: Set<Recording>, options: RecordingOptions) {
    this.#writer = writer;
    this.#dirty = dirty;
    this.#options = options;
    this.#keepsAnswer = options.keepsBodies;
  }

  started(headers: IncomingHttpHeaders): void {
    this.#headers = toRecordedResponseHeaders(headers);
    const type = headers['content-type'] ?? '';
    this.#isEventStream = type.startsWith('text/event-stream');
    if (this.#options.textUpTo !== undefined && !/json|^text\//.test(type)) this.#keepsAnswer = false;
  }

  data(bytes: Buffer): void {
    if (this.isClosed) return;
    this.#received += bytes.length;
    if (this.#ttft < 0 && this.#isEventStream) this.#ttft = performance.now() - this.#options.started;
    const left = (this.#options.textUpTo ?? MAX_CAPTURED_BYTES) - this.#captured;
    if (!this.#keepsAnswer || left <= 0) return;
    const kept = bytes.subarray(0, left);
    this.#captured += kept.length;
    this.#pieces.push(kept);
    this.#gathered += kept.length;
    if (this.#gathered >= BUFFER_BYTES) this.flush();
    else this.#dirty.add(this);
  }

  flush(): void {
    const bytes = this.#take();
    if (bytes.length > 0) this.#writer.chunk(this.#options.seq, bytes);
  }

  close(ending: Ending, done: () => void): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const { seq, started, size, isCut, keepsBodies } = this.#options;
    const meta = {
      ...ending,
      duration_ms: performance.now() - started,
      ttft_ms: this.#ttft,
      headers: this.#headers,
      request_size: size,
      response_size: this.#received,
      truncated: isCut || (keepsBodies && this.#captured < this.#received),
    };
    this.#writer.close(seq, meta, this.#take(), done);
  }

  #take(): Buffer {
    this.#dirty.delete(this);
    const [first = EMPTY, ...more] = this.#pieces;
    this.#pieces = [];
    this.#gathered = 0;
    return more.length === 0 ? first : Buffer.concat([first, ...more]);
  }
}

/** Capture mode `off`: nothing is recorded and nothing waits. */
class Uncaptured implements Capture {
  isClosed = false;
  started(): void {}
  data(): void {}
  close(_ending: Ending, done: () => void): void {
    if (this.isClosed) return;
    this.isClosed = true;
    done();
  }
}

function toOpen(call: Call, sent: Sent, headers: IncomingHttpHeaders, keepsBodies: boolean): CallOpen {
  const open: CallOpen = {
    started_at: call.started_at,
    trace_id: call.trace_id,
    span_id: call.span_id,
    parent_span_id: call.parent_span_id,
    project_id: call.principal.project_id,
    key_id: call.principal.key_id,
    method: call.method,
    path: call.path,
    query: call.query,
    ...sent,
    headers: toRecordedRequestHeaders(headers),
  };
  if (call.purpose) open.purpose = call.purpose;
  // What was filled in is what people wrote: no part of the metadata.
  if (call.prompt) open.prompt = keepsBodies ? call.prompt : { ...call.prompt, variables: {} };
  return open;
}
