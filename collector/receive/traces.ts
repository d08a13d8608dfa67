/** `POST /v1/traces`: the gateway's posts. Acknowledged only when everything in them is durable. */
import type { Request, Response } from 'express';
import { findHopSigner, HOP_HEADER } from '../keys/derive.ts';
import { normaliseGatewaySpan } from '../normalise/gateway-span.ts';
import { SEKISHO, WRITER_KINDS } from '../record/attributes.ts';
import type { Store } from '../store/client.ts';
import { writeBatch, type WriteBatch, type WriterState } from '../write/write-batch.ts';
import { isObject } from '../normalise/json.ts';
import { decodeTraceRequest, encodeStatus, type DecodedResource } from './otlp-protobuf.ts';

/** google.rpc.Code */
const INVALID_ARGUMENT = 3;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;
const RETRY_AFTER_S = '1';
const PROTOBUF = 'application/x-protobuf';

export type TracesOptions = {
  secret: string;
  /** Undefined until ClickHouse has answered and its tables are there. */
  store: () => Store | undefined;
  /** A line for the log. */
  say: (line: string) => void;
};

/** The handler; `request.body` is the raw body. */
export function createTracesHandler({ secret, store, say }: TracesOptions) {
  return async function receiveTraces(request: Request, response: Response): Promise<void> {
    const fail = (status: number, code: number, message: string): void => {
      if (status === 503) response.setHeader('retry-after', RETRY_AFTER_S);
      response.status(status).type(PROTOBUF).end(encodeStatus(code, message));
    };
    if (findHopSigner(secret, request.get(HOP_HEADER), 'collector') !== 'gateway') {
      return fail(401, UNAUTHENTICATED, 'This collector takes traces from its own gateway only.');
    }
    let batches: WriteBatch[];
    try {
      batches = decodeTraceRequest(request.body as Buffer).map(toBatch);
    } catch (error) {
      say(`a post that is no OTLP was refused: ${String(error)}`);
      return fail(400, INVALID_ARGUMENT, 'The body is no OTLP ExportTraceServiceRequest in protobuf.');
    }
    const open = store();
    if (!open) return fail(503, UNAVAILABLE, 'The store is not there yet.');
    try {
      for (const batch of batches) await writeBatch(open, batch);
    } catch (error) {
      say(`a batch could not be stored and will come again: ${String(error)}`);
      return fail(503, UNAVAILABLE, 'The batch could not be stored now.');
    }
    response.status(200).type(PROTOBUF).end();
  };
}

function toBatch({ attributes, spans }: DecodedResource): WriteBatch {
  const writer = String(attributes.get(SEKISHO.segmentWriter) ?? '');
  const n = attributes.get(SEKISHO.segmentN);
  const received_at = attributes.get(SEKISHO.segmentReceivedAt);
  const segment = typeof n === 'number' && typeof received_at === 'number' ? { n, received_at } : undefined;
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
  const lost: unknown = JSON.parse(String(attributes.get(SEKISHO.writerLost) ?? '{}'));
  return {
    kind,
    highSeq: Number(attributes.get(SEKISHO.writerHighSeq) ?? 0),
    lost: isObject(lost) ? (lost as Record<string, number>) : {},
  };
}
