/** OTLP protobuf to plain spans and back to the few bytes of an answer. The .proto files are vendored beside this. */
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import type { AttributeValue, DecodedSpan } from '../normalise/span.ts';

const ROOT_FOLDER = fileURLToPath(new URL('./proto/', import.meta.url));

function loadRequestType(): protobuf.Type {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => ROOT_FOLDER + target;
  root.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto');
  return root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');
}

const requestType = loadRequestType();

type LongLike = { low: number; high: number };
type AnyValue = {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: LongLike | number;
  doubleValue?: number;
  arrayValue?: { values?: AnyValue[] };
  bytesValue?: Buffer;
  value?: string;
};
type KeyValue = { key: string; value?: AnyValue };
type WireSpan = {
  traceId: Buffer;
  spanId: Buffer;
  parentSpanId?: Buffer;
  name: string;
  startTimeUnixNano: LongLike | number;
  endTimeUnixNano: LongLike | number;
  attributes?: KeyValue[];
};
type WireRequest = {
  resourceSpans?: { resource?: { attributes?: KeyValue[] }; scopeSpans?: { spans?: WireSpan[] }[] }[];
};

export type DecodedResource = { attributes: Map<string, AttributeValue>; spans: DecodedSpan[] };

/** Decodes an ExportTraceServiceRequest. @throws Error where the bytes are none */
export function decodeTraceRequest(bytes: Uint8Array): DecodedResource[] {
  const request = requestType.decode(bytes) as unknown as WireRequest;
  return (request.resourceSpans ?? []).map(({ resource, scopeSpans }) => ({
    attributes: toAttributes(resource?.attributes),
    spans: (scopeSpans ?? []).flatMap((scope) => (scope.spans ?? []).map(toSpan)),
  }));
}

/** The bytes of a google.rpc.Status, which every OTLP error answer must be. */
export function encodeStatus(code: number, message: string): Uint8Array {
  return protobuf.Writer.create().uint32(0x08).int32(code).uint32(0x12).string(message).finish();
}

function toSpan(span: WireSpan): DecodedSpan {
  return {
    trace_id: toHex(span.traceId),
    span_id: toHex(span.spanId),
    parent_span_id: toHex(span.parentSpanId),
    name: span.name,
    started_at: toNumber(span.startTimeUnixNano) / 1e6,
    ended_at: toNumber(span.endTimeUnixNano) / 1e6,
    attributes: toAttributes(span.attributes),
  };
}

const toHex = (bytes: Buffer | undefined): string => (bytes ? Buffer.from(bytes).toString('hex') : '');

/** Doubles hold a time in nanoseconds to a quarter of a microsecond, which is all we need. */
function toNumber(value: LongLike | number): number {
  return typeof value === 'number' ? value : value.high * 2 ** 32 + (value.low >>> 0);
}

function toAttributes(pairs: KeyValue[] | undefined): Map<string, AttributeValue> {
  return new Map((pairs ?? []).map(({ key, value }) => [key, toValue(value)]));
}

function toValue(value: AnyValue | null | undefined): AttributeValue {
  // `value` is the virtual member of the oneof: the name of the one that is set.
  switch (value?.value) {
    case 'stringValue':
      return value.stringValue;
    case 'boolValue':
      return value.boolValue;
    case 'intValue':
      return toNumber(value.intValue ?? 0);
    case 'doubleValue':
      return value.doubleValue;
    case 'bytesValue':
      return Buffer.from(value.bytesValue ?? []);
    case 'arrayValue':
      return (value.arrayValue?.values ?? []).map(toValue);
    default:
      return undefined;
  }
}
