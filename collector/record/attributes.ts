/**
 * The attribute names that travel between rooms and from foreign telemetry: OpenTelemetry's GenAI conventions
 * (open-telemetry/semantic-conventions-genai, development) and our own `sekisho.*`. One module, so that a rename
 * there is one edit here.
 */
export const GEN_AI = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  requestStream: 'gen_ai.request.stream',
  promptName: 'gen_ai.prompt.name',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
} as const;

export const HTTP = {
  method: 'http.request.method',
  path: 'url.path',
  query: 'url.query',
  status: 'http.response.status_code',
  requestSize: 'http.request.body.size',
  responseSize: 'http.response.body.size',
  requestHeader: 'http.request.header.',
  responseHeader: 'http.response.header.',
  userAgent: 'user_agent.original',
  clientAddress: 'client.address',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  errorType: 'error.type',
} as const;

/** Believed only on a post that carries the gateway's hop token. Bodies travel as bytes, never as strings. */
export const SEKISHO = {
  segmentWriter: 'sekisho.segment.writer',
  segmentN: 'sekisho.segment.n',
  segmentReceivedAt: 'sekisho.segment.received_at',
  writerKind: 'sekisho.writer.kind',
  writerHighSeq: 'sekisho.writer.high_seq',
  writerLost: 'sekisho.writer.lost',
  seq: 'sekisho.seq',
  outcome: 'sekisho.outcome',
  truncated: 'sekisho.truncated',
  projectId: 'sekisho.project_id',
  keyId: 'sekisho.key_id',
  upstream: 'sekisho.upstream',
  usageInjected: 'sekisho.usage_injected',
  /** Why one of our own rooms asked; a client cannot say this. */
  purpose: 'sekisho.purpose',
  promptId: 'sekisho.prompt.id',
  promptVersion: 'sekisho.prompt.version',
  /** By which label the version was found, '' where it was asked for by number. */
  promptLabel: 'sekisho.prompt.label',
  /** What was filled in: a JSON object of texts, long ones cut. */
  promptVariables: 'sekisho.prompt.variables',
  requestBody: 'sekisho.request.body',
  responseBody: 'sekisho.response.body',
} as const;

/** How a call ended, as the gateway saw it. */
export const OUTCOMES = ['ok', 'error', 'cancelled', 'interrupted'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What a writer says of itself in `sekisho.writer.kind`. */
export const WRITER_KINDS = ['hello', 'alive', 'bye', 'adopted'] as const;
export type WriterKind = (typeof WRITER_KINDS)[number];
