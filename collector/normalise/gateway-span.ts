/**
 * Our own gateway's spans: raw bytes in, one record out. Total: whatever the bytes are, there is a row; what cannot be
 * read keeps its bytes and says `dialect = 'unparsed'`.
 */
import { createHash } from 'node:crypto';
import { GEN_AI, HTTP, SEKISHO, OUTCOMES, type Outcome } from '../record/attributes.ts';
import type { IngestRow } from '../record/ingest-row.ts';
import { NO_COST, priceOf, UNKNOWN_COST, type Cost } from '../price/price.ts';
import { findDecoded, findJsonObject } from './body.ts';
import { estimateUsage } from './estimate.ts';
import { toIdentity, toThreadKey } from './identity.ts';
import { isObject, toText } from './json.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiCompletions } from './openai-completions.ts';
import { openaiEmbeddings } from './openai-embeddings.ts';
import { openaiResponses } from './openai-responses.ts';
import { openaiSearch } from './openai-search.ts';
import type { Dialect, Parsed, Usage } from './parsed.ts';
import { attribute, type AttributeValue, type DecodedSpan } from './span.ts';
import { parseSseObjects } from './sse.ts';
import { toPreview, toTexts } from './text.ts';

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ['/v1/chat/completions', openaiChat],
  ['/v1/responses', openaiResponses],
  ['/v1/completions', openaiCompletions],
  ['/v1/embeddings', openaiEmbeddings],
]);
const SEARCH = /^\/v1\/vector_stores\/[^/]+\/search$/;
/** By path; a search that we did not make ourselves (a provider's own store) reads the same. */
const findDialect = (path: string): Dialect | undefined =>
  DIALECTS.get(path) ?? (SEARCH.test(path) ? openaiSearch : undefined);

const NOTHING: Parsed = {
  input: [],
  output: [],
  usage: undefined,
  request_model: '',
  response_model: '',
  response_id: '',
  finish_reasons: [],
  error: undefined,
};

/** Where a batch comes from, the same for all its rows. `received_at`: milliseconds since the epoch. */
export type Origin = { writer: string; received_at: number };

/** One span of a gateway's post as a row. */
export function normaliseGatewaySpan(span: DecodedSpan, origin: Origin): IngestRow {
  try {
    return toRow(span, origin, readBodies(span));
  } catch {
    // Such as JSON nested deeper than the stack: it can be read, but not written again.
    return toRow(span, origin, UNREADABLE);
  }
}

function toRow(span: DecodedSpan, origin: Origin, bodies: Bodies): IngestRow {
  const path = attribute.text(span, HTTP.path);
  const dialect = attribute.text(span, HTTP.method) === 'POST' ? findDialect(path) : undefined;
  const { parsed, name } = parse(dialect, bodies);
  const error = parsed.error ?? bodies.error;
  const outcome = toOutcome(span, dialect ? error : undefined);
  const metered = meter(span, dialect, parsed, outcome, bodies.isReadable);
  const identity = toIdentity(span, bodies.request ?? {});
  const project_id = attribute.text(span, SEKISHO.projectId);
  const texts = toTexts(parsed.input, parsed.output);
  const request_raw = attribute.bytes(span, SEKISHO.requestBody);
  const response_raw = attribute.bytes(span, SEKISHO.responseBody);
  return {
    ...identity,
    ...texts,
    ...metered,
    output_preview: texts.output_preview || toPreview(error?.message ?? ''),
    project_id,
    started_at: Math.floor(span.started_at),
    trace_id: span.trace_id,
    span_id: span.span_id,
    parent_span_id: span.parent_span_id,
    origin: 'gateway',
    counted: dialect !== undefined && dialect.span_type !== 'retrieval',
    thread_key: toThreadKey(project_id, identity.session_id, parsed.input),
    key_id: attribute.text(span, SEKISHO.keyId),
    span_type: dialect?.span_type ?? 'other',
    operation: attribute.text(span, GEN_AI.operation),
    name: span.name,
    provider: attribute.text(span, GEN_AI.provider),
    upstream: attribute.text(span, SEKISHO.upstream),
    request_model: attribute.text(span, GEN_AI.requestModel) || parsed.request_model,
    response_model: parsed.response_model,
    response_id: parsed.response_id,
    status: outcome,
    http_status: attribute.number(span, HTTP.status),
    error_type: outcome === 'ok' ? '' : error?.type || attribute.text(span, HTTP.errorType) || outcome,
    prompt_name: attribute.text(span, GEN_AI.promptName),
    prompt_version: attribute.number(span, SEKISHO.promptVersion),
    stream: attribute.flag(span, GEN_AI.requestStream),
    finish_reasons: parsed.finish_reasons,
    duration_ms: Math.round(span.ended_at - span.started_at),
    ttft_ms: toTtft(span),
    attributes: toAttributes(span, error?.message),
    dialect: name,
    writer: origin.writer,
    seq: attribute.number(span, SEKISHO.seq),
    received_at: Math.floor(origin.received_at / 1000),
    part: 'call',
    input_messages: JSON.stringify(parsed.input).toWellFormed(),
    output_messages: JSON.stringify(parsed.output).toWellFormed(),
    request_raw,
    response_raw,
    response_sha256: createHash('sha256').update(response_raw).digest(),
  };
}

type Bodies = {
  request: Record<string, unknown> | undefined;
  object: Record<string, unknown> | undefined;
  events: Record<string, unknown>[];
  /** The error that came instead of an answer, also under status 200. */
  error: Parsed['error'];
  /** Whether the request was understood (one without a body is). */
  isReadable: boolean;
};

const UNREADABLE: Bodies = {
  request: undefined,
  object: undefined,
  events: [],
  error: undefined,
  isReadable: false,
};

function readBodies(span: DecodedSpan): Bodies {
  const requestEncoding = attribute.header(span, HTTP.requestHeader, 'content-encoding');
  const responseEncoding = attribute.header(span, HTTP.responseHeader, 'content-encoding');
  const requestBytes = attribute.bytes(span, SEKISHO.requestBody);
  const request = findJsonObject(findDecoded(requestBytes, requestEncoding));
  const response = findDecoded(attribute.bytes(span, SEKISHO.responseBody), responseEncoding);
  const isStream = attribute
    .header(span, HTTP.responseHeader, 'content-type')
    .trim()
    .toLowerCase()
    .startsWith('text/event-stream');
  const object = isStream ? undefined : findJsonObject(response);
  return {
    request,
    object,
    events: isStream && response ? parseSseObjects(response.toString('utf8')) : [],
    error: findBodyError(object),
    isReadable: requestBytes.length === 0 || request !== undefined,
  };
}

function findBodyError(object: Bodies['object']): Parsed['error'] {
  const error = object?.['error'];
  if (typeof error === 'string' && error !== '') return { type: '', message: error };
  if (!isObject(error)) return undefined;
  const type = toText(error['code']) || toText(error['type']);
  const message = toText(error['message']);
  return type || message ? { type, message } : undefined;
}

/** What was answered says what it cost, so it is read even where the request cannot be (it was cut, for one). */
function parse(dialect: Dialect | undefined, bodies: Bodies): { parsed: Parsed; name: string } {
  if (!dialect) return { parsed: NOTHING, name: 'http' };
  try {
    const parsed = dialect.parse(bodies.request ?? {}, bodies);
    return { parsed, name: bodies.isReadable ? dialect.name : 'unparsed' };
  } catch {
    return { parsed: NOTHING, name: 'unparsed' };
  }
}

/** What the gateway saw, corrected by what the answer said of itself. */
function toOutcome(span: DecodedSpan, error: Parsed['error']): Outcome {
  const said = attribute.text(span, SEKISHO.outcome);
  const outcome = OUTCOMES.find((each) => each === said) ?? 'interrupted';
  return outcome === 'ok' && error ? 'error' : outcome;
}

type Metered = Pick<
  IngestRow,
  'input_tokens' | 'output_tokens' | 'usage' | 'cost_total' | 'costs' | 'cost_source'
>;

function meter(
  span: DecodedSpan,
  dialect: Dialect | undefined,
  parsed: Parsed,
  outcome: Outcome,
  isReadable: boolean,
): Metered {
  const isRefused = attribute.number(span, HTTP.status) >= 400;
  const isUnanswered =
    parsed.output.length === 0 && (attribute.number(span, HTTP.status) === 0 || outcome === 'error');
  // Whoever makes vectors for a search is a call of its own.
  if (dialect?.span_type === 'retrieval') return toMetered({}, NO_COST);
  if (!dialect) {
    const isFree = isRefused || attribute.text(span, HTTP.method) !== 'POST';
    return toMetered({}, isFree ? NO_COST : UNKNOWN_COST);
  }
  if (!parsed.usage && (isRefused || (isUnanswered && outcome !== 'interrupted')))
    return toMetered({}, NO_COST);
  // Bodies that were not kept or cannot be read leave nothing to count.
  if (!parsed.usage && (!isReadable || parsed.input.length + parsed.output.length === 0))
    return toMetered({}, UNKNOWN_COST);
  const usage = parsed.usage ?? estimateUsage(parsed.input, dialect.span_type === 'llm' ? parsed.output : []);
  const models = [parsed.response_model, attribute.text(span, GEN_AI.requestModel), parsed.request_model];
  const at = new Date(span.started_at);
  return toMetered(usage, priceOf(usage, attribute.text(span, GEN_AI.provider), models, at, !parsed.usage));
}

function toMetered(usage: Usage, cost: Cost): Metered {
  return {
    input_tokens: usage.input_tokens ?? 0,
    output_tokens: usage.output_tokens ?? 0,
    usage: usage as Record<string, number>,
    cost_total: cost.total,
    costs: cost.kinds,
    cost_source: cost.source,
  };
}

function toTtft(span: DecodedSpan): number {
  const seconds = span.attributes.get(GEN_AI.timeToFirstChunk);
  return typeof seconds === 'number' ? Math.round(seconds * 1000) : -1;
}

/** In columns already, or bodies. */
const IN_COLUMNS = new Set<string>([
  ...Object.values(SEKISHO),
  ...Object.values(GEN_AI),
  HTTP.status,
  HTTP.errorType,
]);
const KEPT_FLAGS = new Set<string>([SEKISHO.truncated, SEKISHO.usageInjected]);
const KEPT = new Set<string>([SEKISHO.promptId, SEKISHO.promptLabel, SEKISHO.promptVariables]);

function toAttributes(span: DecodedSpan, errorMessage: string | undefined): Record<string, string> {
  const kept = [...span.attributes].filter(
    ([key, value]) => !IN_COLUMNS.has(key) || KEPT.has(key) || (KEPT_FLAGS.has(key) && value === true),
  );
  const out = kept.map(([key, value]) => [key, toAttributeText(value).toWellFormed()]);
  if (errorMessage) out.push(['error.message', errorMessage.toWellFormed()]);
  return Object.fromEntries(out) as Record<string, string>;
}

function toAttributeText(value: AttributeValue): string {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(toAttributeText).join(', ');
  return String(value ?? '');
}
