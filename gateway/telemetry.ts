/**
 * From assembled calls to OTLP bytes: each call becomes one span made by OpenTelemetry's own SDK, with the ids and
 * times it had on the road. Runs in the shipping worker. What the SDK would read from the environment is told to it
 * here instead: every call is kept, whatever a caller's trace flags or OTEL_* variables say.
 */
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type AttributeValue,
  type Context,
} from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { AlwaysOnSampler, type ReadableSpan } from '@opentelemetry/sdk-trace';
import protobuf from 'protobufjs';
import type { CallOpen, SpooledCall } from '../collector/spool/call.ts';
import { spliceAttributes, type BytesAttribute } from './ship/splice.ts';
import { GEN_AI, HTTP, SEKISHO, type WriterKind } from '../collector/record/attributes.ts';

const SCOPE = 'sekisho.gateway';

/** What a post says of itself in its resource; `n` and `received_at` only where it is a segment. */
export type PostResource = {
  writer: string;
  segment?: { n: number; receivedAt: number };
  state?: { kind: WriterKind; highSeq: number; lost: Record<string, number> };
};

export type SpanMaker = {
  /** One OTLP ExportTraceServiceRequest (protobuf, in pieces) with a span per call. */
  encode(calls: SpooledCall[], resource: PostResource): Uint8Array[];
  stop(): Promise<void>;
};

/** Starts the SDK. The OTEL_* variables of this thread's environment must be gone before (OTEL_SDK_DISABLED counts). */
export function createSpanMaker(): SpanMaker {
  const ids = { traceId: '', spanId: '' };
  let finished: ReadableSpan[] = [];
  const sdk = new NodeSDK({
    autoDetectResources: false,
    instrumentations: [],
    logRecordProcessors: [],
    metricReaders: [],
    sampler: new AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => ids.traceId, generateSpanId: () => ids.spanId },
    spanLimits: { attributeCountLimit: 1024, attributeValueLengthLimit: Infinity },
    spanProcessors: [
      {
        onStart() {},
        onEnd: (span) => void finished.push(span),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  });
  sdk.start();
  const tracer = trace.getTracer(SCOPE);

  function record(call: SpooledCall): void {
    const { open, close } = call;
    ids.traceId = open.trace_id;
    ids.spanId = open.span_id;
    const name = open.operation ? `${open.operation} ${open.model}`.trim() : `${open.method} ${open.path}`;
    const span = tracer.startSpan(
      name,
      { kind: SpanKind.CLIENT, startTime: toHrTime(open.started_at) },
      parentOf(open),
    );
    if (close && close.outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(toHrTime(open.started_at + (close?.duration_ms ?? 0)));
  }

  return {
    encode(calls, about) {
      const resource = resourceFromAttributes(resourceAttributes(about));
      if (calls.length === 0) return [encodeEmpty(resource)];
      finished = [];
      for (const call of calls) record(call);
      const attributes = calls.map(toAttributes);
      // Set on the finished span: the SDK would check and copy each attribute on its way in, a fifth of a span's cost,
      // and these are ours.
      const spans = finished.map((span, i) =>
        Object.assign(span, { resource, attributes: attributes[i] ?? {} }),
      );
      finished = [];
      const bytes = ProtobufTraceSerializer.serializeRequest(spans);
      if (!bytes) throw new Error('the serializer made nothing of the spans');
      return spliceAttributes(bytes, calls.map(toBodies));
    },
    stop: () => sdk.shutdown(),
  };
}

/** A root takes its trace id from the generator; a child from its parent, wherever that is. */
function parentOf({ trace_id, parent_span_id }: CallOpen): Context {
  if (!parent_span_id) return ROOT_CONTEXT;
  const parent = {
    traceId: trace_id,
    spanId: parent_span_id,
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  };
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}

function toHrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}

function toBodies({ request, response }: SpooledCall): BytesAttribute[] {
  const bodies = [
    { key: SEKISHO.requestBody, pieces: [request] },
    { key: SEKISHO.responseBody, pieces: response },
  ];
  return bodies.filter(({ pieces }) => pieces.some((piece) => piece.length > 0));
}

function toAttributes({ seq, open, close }: SpooledCall): Attributes {
  const [host, port] = splitHost(open.server);
  const attributes: Attributes = {
    [SEKISHO.seq]: seq,
    [SEKISHO.outcome]: close?.outcome ?? 'interrupted',
    [SEKISHO.projectId]: open.project_id,
    [SEKISHO.keyId]: open.key_id,
    [SEKISHO.upstream]: open.upstream,
    [HTTP.method]: open.method,
    [HTTP.path]: open.path,
    [GEN_AI.provider]: open.provider,
  };
  // Set one by one and never deleted: an object that loses members is slow for everybody after.
  const set = (key: string, value: AttributeValue | undefined): void => {
    if (value !== undefined && value !== '') attributes[key] = value;
  };
  set(GEN_AI.operation, open.operation);
  set(GEN_AI.requestModel, open.model);
  set(GEN_AI.requestStream, open.stream || undefined);
  set(SEKISHO.usageInjected, open.usage_injected || undefined);
  set(SEKISHO.purpose, open.purpose);
  if (open.prompt) {
    set(GEN_AI.promptName, open.prompt.name);
    set(SEKISHO.promptId, open.prompt.id);
    set(SEKISHO.promptVersion, open.prompt.version);
    set(SEKISHO.promptLabel, open.prompt.label);
    set(SEKISHO.promptVariables, JSON.stringify(open.prompt.variables));
  }
  set(HTTP.serverAddress, host);
  set(HTTP.serverPort, port);
  set(HTTP.query, open.query);
  for (const name in open.headers) attributes[HTTP.requestHeader + name] = [open.headers[name] ?? ''];
  if (!close) return attributes;
  set(SEKISHO.truncated, close.truncated || undefined);
  set(HTTP.status, close.status || undefined);
  set(HTTP.errorType, close.error_type);
  set(HTTP.requestSize, close.request_size);
  set(HTTP.responseSize, close.response_size);
  set(GEN_AI.timeToFirstChunk, close.ttft_ms >= 0 ? close.ttft_ms / 1000 : undefined);
  for (const name in close.headers) attributes[HTTP.responseHeader + name] = [close.headers[name] ?? ''];
  return attributes;
}

function splitHost(server: string): [string | undefined, number | undefined] {
  const colon = server.lastIndexOf(':');
  if (colon === -1) return [server || undefined, undefined];
  return [server.slice(0, colon), Number(server.slice(colon + 1)) || undefined];
}

function resourceAttributes({ writer, segment, state }: PostResource): Attributes {
  const attributes: Attributes = { 'service.name': SCOPE, [SEKISHO.segmentWriter]: writer };
  if (segment) {
    attributes[SEKISHO.segmentN] = segment.n;
    attributes[SEKISHO.segmentReceivedAt] = segment.receivedAt;
  }
  if (state) {
    attributes[SEKISHO.writerKind] = state.kind;
    attributes[SEKISHO.writerHighSeq] = state.highSeq;
    attributes[SEKISHO.writerLost] = JSON.stringify(state.lost);
  }
  return attributes;
}

/** The SDK's serializer groups by span, so a post without one says nothing: its resource is written here. */
function encodeEmpty(resource: Resource): Uint8Array {
  const writer = protobuf.Writer.create();
  const resourceSpans = writer.uint32(0x0a).fork(); // ExportTraceServiceRequest.resource_spans = 1
  const body = resourceSpans.uint32(0x0a).fork(); // ResourceSpans.resource = 1
  for (const [key, value] of Object.entries(resource.attributes)) {
    body.uint32(0x0a).fork(); // Resource.attributes = 1
    body.uint32(0x0a).string(key); // KeyValue.key = 1
    body.uint32(0x12).fork(); // KeyValue.value = 2
    if (typeof value === 'number') body.uint32(0x18).int64(value); // AnyValue.int_value = 3
    else body.uint32(0x0a).string(String(value)); // AnyValue.string_value = 1
    body.ldelim().ldelim();
  }
  return body.ldelim().ldelim().finish();
}
