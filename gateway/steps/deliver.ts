/**
 * Step: an answer on its way to the client. Bytes go on in the tick they came in; the one piece that ends the answer
 * waits until its CLOSE frame is written. A broken answer is broken for the client too: never a clean end.
 */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createTerminalDetector } from '../stream/terminal.ts';
import { createUsageStripper } from '../stream/strip-usage.ts';
import type { Capture } from './capture.ts';
import { toClientHeaders } from './headers.ts';

export type Flow = { pause(): void; resume(): void };

export type DeliveryOptions = {
  response: ServerResponse;
  capture: Capture;
  trace_id: string;
  /** We asked for usage on the client's behalf: take it out again. */
  stripUsage: boolean;
  /** Makes another answer of the upstream's, where it is one that has to be changed. That one is recorded. */
  rewrite?: Rewrite | undefined;
};

/** Changes an answer on its way: `push` gives what may go on now, `end` the rest. */
export type Rewriting = { push(piece: Buffer): Buffer; end(): Buffer };
/** By status and headers; undefined where the answer stays as it is. */
export type Rewrite = (status: number, headers: IncomingHttpHeaders) => Rewriting | undefined;

export class Delivery {
  #options: DeliveryOptions;
  #status = 0;
  #expected = -1;
  #received = 0;
  #gathered: Buffer[] = [];
  #isScheduled = false;
  /** Pieces that wait for the CLOSE frame; undefined while nothing is held. */
  #held: Buffer[] | undefined;
  #hasEnded = false;
  #flow: Flow | undefined;
  #isTerminal: ((piece: Buffer) => boolean) | undefined;
  #stripper: Rewriting | undefined;
  #rewriting: Rewriting | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Status and headers of the upstream's answer. */
  start(status: number, headers: IncomingHttpHeaders, flow: Flow): void {
    const { response, capture, trace_id, stripUsage, rewrite } = this.#options;
    this.#status = status;
    this.#flow = flow;
    capture.started(headers);
    const out = toClientHeaders(headers, trace_id);
    this.#rewriting = rewrite?.(status, headers);
    if (this.#rewriting) delete out['content-length'];
    if ((headers['content-type'] ?? '').startsWith('text/event-stream')) {
      // Compressed bytes can be neither read nor changed; such a stream ends with its last piece.
      const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
      this.#isTerminal = isPlain ? createTerminalDetector() : () => false;
      if (stripUsage && isPlain) {
        this.#stripper = createUsageStripper();
        delete out['content-length'];
      }
    } else if (headers['content-length'] !== undefined && !this.#rewriting) {
      this.#expected = Number(headers['content-length']);
    }
    response.writeHead(status, out);
    if (this.#isTerminal) response.flushHeaders();
  }

  /** A piece of the body. Pieces that come in one tick leave as one. */
  data(piece: Buffer): void {
    this.#gathered.push(piece);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    process.nextTick(() => this.#flush());
  }

  /** The upstream ended its answer properly. */
  end(): void {
    this.#flush();
    const rest = (this.#rewriting ?? this.#stripper)?.end();
    if (this.#rewriting && rest) this.#options.capture.data(rest);
    this.#hasEnded = true;
    this.#settle(rest && rest.length > 0 ? rest : undefined);
  }

  /** The upstream broke off after its headers had gone on. */
  break(error_type: string): void {
    this.#flush();
    const { capture, response } = this.#options;
    // After its last event an answer is whole, whatever then happens to the connection.
    if (capture.isClosed) return this.end();
    capture.close({ outcome: 'error', status: this.#status, error_type }, () => {});
    response.destroy();
  }

  /** The client is gone. */
  cancel(): void {
    this.#flush();
    this.#options.capture.close(
      { outcome: 'cancelled', status: this.#status, error_type: 'client_disconnected' },
      () => {},
    );
  }

  #flush(): void {
    this.#isScheduled = false;
    const pieces = this.#gathered;
    if (pieces.length === 0) return;
    this.#gathered = [];
    // A copy even of a single small piece: it is a view of the socket's 64 KiB read buffer and would keep all of it.
    const piece =
      pieces.length === 1 && pieces[0] && pieces[0].length > 8192 ? pieces[0] : Buffer.concat(pieces);
    this.#received += piece.length;
    const answer = this.#rewriting ? this.#rewriting.push(piece) : piece;
    if (answer.length > 0) this.#options.capture.data(answer);
    const out = this.#stripper ? this.#stripper.push(answer) : answer;
    if (out.length === 0) return;
    const isLast = this.#isTerminal ? this.#isTerminal(out) : this.#received === this.#expected;
    if (isLast) this.#settle(out);
    else this.#write(out);
  }

  #write(piece: Buffer): void {
    if (this.#held) {
      this.#held.push(piece);
      return;
    }
    const { response } = this.#options;
    if (!response.write(piece) && this.#flow) {
      this.#flow.pause();
      response.once('drain', () => this.#flow?.resume());
    }
  }

  /** Writes CLOSE, then lets `piece` and all after it go. */
  #settle(piece: Buffer | undefined): void {
    const { capture, response } = this.#options;
    if (capture.isClosed) {
      if (piece) this.#write(piece);
      if (this.#hasEnded && !this.#held) response.end();
      return;
    }
    if (piece) this.#held = [piece];
    const isError = this.#status >= 400;
    const ending = { status: this.#status, error_type: isError ? String(this.#status) : '' };
    capture.close({ ...ending, outcome: isError ? 'error' : 'ok' }, () => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const each of held) this.#write(each);
      if (this.#hasEnded) response.end();
    });
  }
}
