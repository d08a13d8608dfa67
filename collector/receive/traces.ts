/** `POST /v1/traces`: the gateway's posts. Acknowledged only when everything in them is durable. */
import type { NextFunction, Request, Response } from 'express';
import { findHopSigner, HOP_HEADER } from '../keys/derive.ts';
import { normaliseGatewaySpan } from '../normalise/gateway-span.ts';
import type { AttributeValue } from '../normalise/span.ts';
import { SEKISHO, WRITER_KINDS } from '../record/attributes.ts';
import type { Store } from '../store/client.ts';
import { writeBatch, type WriteBatch, type WriterState } from '../write/write-batch.ts';
import { toCount, toObject } from '../normalise/json.ts';
import { decodeTraceRequest, encodeStatus, type DecodedResource } from './otlp-protobuf.ts';

/** google.rpc.Code */
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;
const RETRY_AFTER_S = '1';
const PROTOBUF = 'application/x-protobuf';

export type TracesOptions = {
  /** Undefined until ClickHouse has answered and its tables are there. */
  store: () => Store | undefined;
  /** A line for the log. */
  say: (line: string) => void;
};

function fail(response: Response, status: number, code: number, message: string): void {
  if (status === 503) response.setHeader('retry-after', RETRY_AFTER_S);
  response.status(status).type(PROTOBUF).end(encodeStatus(code, message));
}

/** Lets the gateway pass. It stands before the body is read, so that nobody else's is. */
export function createGatewayCheck(secret: string) {
  return function checkGateway(request: Request, response: Response, next: NextFunction): void {
    if (findHopSigner(secret, request.get(HOP_HEADER), 'collector') === 'gateway') return next();
    response.setHeader('connection', 'close');
    fail(response, 401, UNAUTHENTICATED, 'This collector takes traces from its own gateway only.');
  };
}

/** Answers what went wrong before the handler (a body too large, or compressed) as OTLP wants it. */
export function answerTracesError(
  error: Error & { status?: number },
  _request: Request,
  response: Response,
  _next: NextFunction,
): void {
  const { status = 500 } = error;
  if (response.headersSent) return void response.destroy();
  if (status === 413) return fail(response, 413, RESOURCE_EXHAUSTED, 'The body is too large.');
  if (status < 500) return fail(response, status, INVALID_ARGUMENT, 'The body cannot be read.');
  fail(response, 500, INTERNAL, 'The collector failed.');
}

/** The handler; `request.body` is the raw body. */
export function createTracesHandler({ store, say }: TracesOptions) {
  return async function receiveTraces(request: Request, response: Response): Promise<void> {
    let batches: WriteBatch[];
    try {
      batches = decodeTraceRequest(request.body as Buffer).map(toBatch);
    } catch (error) {
      say(`a post that is no OTLP was refused: ${String(error)}`);
      return fail(
        response,
        400,
        INVALID_ARGUMENT,
        'The body is no OTLP ExportTraceServiceRequest in protobuf.',
      );
    }
    const open = store();
    if (!open) return fail(response, 503, UNAVAILABLE, 'The store is not there yet.');
    try {
      for (const batch of batches) await writeBatch(open, batch);
    } catch (error) {
      say(`a batch could not be stored and will come again: ${String(error)}`);
      return fail(response, 503, UNAVAILABLE, 'The batch could not be stored now.');
    }
    response.status(200).type(PROTOBUF).end();
  };
}

function toBatch({ attributes, spans }: DecodedResource): WriteBatch {
  const writer = String(attributes.get(SEKISHO.segmentWriter) ?? '');
  const n = attributes.get(SEKISHO.segmentN);
  const received_at = attributes.get(SEKISHO.segmentReceivedAt);
  const segment = typeof n === 'number' && typeof received_at === 'number' ? { n, received_at } : undefined;
  // Calls that no segment numbers could not be told from ones that were stored before.
  if (spans.length > 0 && (!segment || writer === '')) throw new Error('spans without writer and segment');
  const origin = { writer, received_at: segment?.received_at ?? Date.now() };
  return {
    writer,
    segment,
    state: findState(attributes),
    rows: spans.map((span) => normaliseGatewaySpan(span, origin)),
  };
}

function findState(attributes: DecodedResource['attributes']): WriterState | undefined {
  const kind = WRITER_KINDS.find((each) => each === attributes.get(SEKISHO.writerKind));
  if (!kind) return undefined;
  return {
    kind,
    highSeq: toCount(attributes.get(SEKISHO.writerHighSeq)),
    lost: parseLost(attributes.get(SEKISHO.writerLost)),
  };
}

function parseLost(text: AttributeValue): Record<string, number> {
  try {
    const lost = toObject(JSON.parse(String(text ?? '{}')));
    return Object.fromEntries(Object.entries(lost).map(([reason, count]) => [reason, toCount(count)]));
  } catch {
    return {};
  }
}
