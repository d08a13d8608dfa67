/** Step: sends a hot-path call to its upstream as raw bytes and relays the answer. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { AppError } from '../../errors.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import type { Capture } from './capture.ts';
import { Delivery, type Rewrite } from './deliver.ts';

const REFUSAL_BYTES = 64 * 1024;
/** How long an upstream that refused `stream_options` is not asked again. */
const REFUSAL_MS = 3_600_000;

export type Forwarding = {
  upstream: Upstream;
  method: string;
  path: string;
  headers: Record<string, string | string[]>;
  body: Buffer | Readable;
  /** The client's own body, where `body` has `include_usage` added: sent again if the upstream refuses that. */
  original: Buffer | undefined;
  /** Makes the client's answer of the upstream's. */
  rewrite?: Rewrite | undefined;
};

/** What an upstream's failure is to the caller. */
export function toUpstreamError(error: Error & { code?: string }, upstream: string): AppError {
  const options = { cause: error };
  if (error.code === 'UND_ERR_HEADERS_TIMEOUT' || error.code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new AppError('upstream_timeout', `The upstream ${upstream} did not answer in time.`, options);
  }
  if (error.name === 'HTTPParserError' || error.code?.startsWith('HPE_')) {
    return new AppError(
      'upstream_invalid_response',
      `The upstream ${upstream} answered with something that is not HTTP.`,
      options,
    );
  }
  return new AppError('upstream_unreachable', `The upstream ${upstream} cannot be reached.`, options);
}

/** Relays one call. `fail` answers the client when there is no answer of the upstream's to pass on. */
export class Relay implements Dispatcher.DispatchHandler {
  #forwarding: Forwarding;
  #capture: Capture;
  #to: { response: ServerResponse; trace_id: string; fail: (error: AppError) => void };
  #delivery: Delivery;
  #controller: Dispatcher.DispatchController | undefined;
  #hasStarted = false;
  #isCancelled = false;
  /** Sent again without what we had added. */
  #isRetry = false;
  /** Body of a refusal of our `stream_options`, held back until it is known to be one. */
  #refusal: { status: number; headers: IncomingHttpHeaders; pieces: Buffer[]; bytes: number } | undefined;

  constructor(
    forwarding: Forwarding,
    capture: Capture,
    to: { response: ServerResponse; trace_id: string; fail: (error: AppError) => void },
  ) {
    this.#forwarding = forwarding;
    this.#capture = capture;
    this.#to = to;
    this.#delivery = this.#createDelivery(forwarding.original !== undefined);
    to.response.on('close', () => {
      if (!to.response.writableFinished) this.#cancel();
    });
  }

  #createDelivery(stripUsage: boolean): Delivery {
    const { response, trace_id } = this.#to;
    const { rewrite } = this.#forwarding;
    return new Delivery({ response, capture: this.#capture, trace_id, stripUsage, rewrite });
  }

  /** Sends the call. */
  send(): void {
    const { upstream, method, path, headers, body } = this.#forwarding;
    upstream.pool.dispatch({ method, path, headers, body }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isCancelled) controller.abort(new Error('the client hung up'));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    const { original } = this.#forwarding;
    if (original && (status === 400 || status === 422)) {
      this.#refusal = { status, headers, pieces: [], bytes: 0 };
      return;
    }
    // Only now it is known that the refusal was of what we added, not of what this client sent.
    if (this.#isRetry && status < 400) this.#forwarding.upstream.refusesUsageUntil = Date.now() + REFUSAL_MS;
    this.#hasStarted = true;
    this.#delivery.start(status, headers, controller);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#refusal) return this.#delivery.data(chunk);
    this.#refusal.pieces.push(chunk);
    this.#refusal.bytes += chunk.length;
    if (this.#refusal.bytes > REFUSAL_BYTES) this.#passRefusalOn(controller);
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    const { original } = this.#forwarding;
    if (this.#refusal && original) {
      const text = Buffer.concat(this.#refusal.pieces).toString('utf8');
      if (text.includes('stream_options') || text.includes('include_usage')) {
        this.#refusal = undefined;
        this.#isRetry = true;
        this.#delivery = this.#createDelivery(false);
        this.#forwarding = { ...this.#forwarding, body: original, original: undefined };
        return this.send();
      }
      this.#passRefusalOn(controller);
    }
    this.#delivery.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isCancelled) return;
    if (this.#hasStarted) return this.#delivery.break('upstream_cut');
    this.#to.fail(toUpstreamError(error, this.#forwarding.upstream.name));
  }

  /** The 400 was about something else: it goes to the client as it is. */
  #passRefusalOn(controller: Dispatcher.DispatchController): void {
    if (!this.#refusal) return;
    const { status, headers, pieces } = this.#refusal;
    this.#refusal = undefined;
    this.#hasStarted = true;
    this.#delivery.start(status, headers, controller);
    for (const piece of pieces) this.#delivery.data(piece);
  }

  #cancel(): void {
    if (this.#isCancelled || this.#capture.isClosed) return;
    this.#isCancelled = true;
    this.#delivery.cancel();
    this.#controller?.abort(new Error('the client hung up'));
  }
}
