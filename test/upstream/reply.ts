/** The answer to a request, byte for byte the same whenever the same thing is asked. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type Answer, type SseEvent, toSseText } from '../../gateway/upstreams/demo/answer.ts';
import { toChatCompletion, toChatEvents } from '../../gateway/upstreams/demo/chat.ts';
import { toTextCompletion, toTextCompletionEvents } from '../../gateway/upstreams/demo/completions.ts';
import { toEmbeddingList, toVector } from '../../gateway/upstreams/demo/embeddings.ts';
import { inventValue } from '../../gateway/upstreams/demo/invent.ts';
import { type Question, toQuestion } from '../../gateway/upstreams/demo/question.ts';
import { toResponse, toResponseEvents } from '../../gateway/upstreams/demo/responses.ts';
import { type Behaviour, parseJson, type Recorded } from './behaviour.ts';

export type Reply = {
  status: number;
  headers: Record<string, string>;
  /** The body in the pieces in which it is written. */
  writes: Buffer[];
};

type Body = Record<string, unknown>;

export const CREATED = 1_790_000_000;
const MODELS = ['gpt-4o-mini', 'gpt-4o', 'text-embedding-3-small'];
const NONCE = /\bnonce-[\w-]+/u;

/** Error body in OpenAI's shape. */
export function toError(message: string, param: string | null = null, code: string | null = null): object {
  return { error: { message, type: 'invalid_request_error', param, code } };
}

/**
 * Stands for what was asked. `stream_options` decide how an answer is sent, not what it says, so they are left out:
 * a gateway that adds `include_usage` must get the very same answer.
 */
function toKey(path: string, body: Body): string {
  const { stream_options: _how, ...what } = body;
  return createHash('sha256').update(path).update(JSON.stringify(what)).digest('hex').slice(0, 24);
}

function toPieces(text: string, count: number | undefined): string[] {
  if (count === undefined) return text.match(/\s*\S+\s*$|\s*\S+/gu) ?? [];
  return Array.from({ length: count }, (_, index) => {
    const at = (step: number) => Math.floor((text.length * step) / count);
    return text.slice(at(index), at(index + 1));
  });
}

function toText(question: Question, request: Recorded, behaviour: Behaviour): string {
  const nonce = NONCE.exec(request.body.toString('utf8'))?.[0] ?? '';
  const start = `${nonce} Echo: ${question.last.slice(0, 200)}`.trim();
  const missing = (behaviour.textBytes ?? 0) - Buffer.byteLength(start);
  return missing > 0 ? start + ' and so on'.repeat(Math.ceil(missing / 10)).slice(0, missing) : start;
}

function toAnswer(question: Question, request: Recorded, behaviour: Behaviour): Answer {
  const tool = question.afterTool || question.toolChoice === '' ? undefined : question.tools[0];
  const text = toText(question, request, behaviour);
  const pieces = tool === undefined ? toPieces(text, behaviour.deltas) : [];
  const size = question.texts.reduce((sum, line) => sum + line.length, 0);
  return {
    key: toKey(request.path, parseJson(request.body)),
    created: CREATED,
    model: question.model,
    pieces,
    toolCalls: tool
      ? [
          {
            name: tool.name,
            arguments: JSON.stringify(inventValue({ type: 'object', ...tool.parameters }, text)),
          },
        ]
      : [],
    usage: {
      input: 8 + Math.ceil(size / 4),
      cached: 0,
      output: pieces.length + (tool ? 12 : 1),
      reasoning: 0,
      ...behaviour.usage,
    },
  };
}

function toEmbeddings(body: Body): object {
  const inputs = (Array.isArray(body['input']) ? body['input'] : [body['input']]).map(String);
  return toEmbeddingList(
    inputs.map((text) => toVector(text, Number(body['dimensions'] ?? 256))),
    {
      model: String(body['model']),
      tokens: inputs.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0),
      base64: body['encoding_format'] === 'base64',
    },
  );
}

function toModel(id: string): object {
  return { id, object: 'model', created: CREATED, owned_by: 'test' };
}

function toModels(path: string): object {
  const id = path.slice('/v1/models/'.length);
  return id === '' ? { object: 'list', data: MODELS.map(toModel) } : toModel(id);
}

function toGenerated(request: Recorded, body: Body, behaviour: Behaviour): object | SseEvent[] | undefined {
  const question = toQuestion(body);
  const { includeUsage, stream } = question;
  const obfuscate = behaviour.obfuscate ?? question.obfuscate ?? true;
  const answer = toAnswer(question, request, behaviour);
  switch (request.path) {
    case '/v1/chat/completions':
      return stream ? toChatEvents(answer, { includeUsage, obfuscate }) : toChatCompletion(answer);
    case '/v1/responses':
      return stream ? toResponseEvents(answer, body, { obfuscate }) : toResponse(answer, body);
    case '/v1/completions':
      return stream ? toTextCompletionEvents(answer, { includeUsage }) : toTextCompletion(answer);
    default:
      return undefined;
  }
}

function toSseWrites(events: SseEvent[], behaviour: Behaviour): Buffer[] {
  const kept = behaviour.omitDone ? events.filter((event) => event.data !== '[DONE]') : events;
  return kept.flatMap((event, index) => {
    const line = Buffer.from(toSseText(event));
    const every = behaviour.commentEvery;
    return every && (index + 1) % every === 0 ? [line, Buffer.from(': keepalive\n\n')] : [line];
  });
}

/** Cuts the body at other places than its events. */
function resize(writes: Buffer[], sizes: readonly number[]): Buffer[] {
  const whole = Buffer.concat(writes);
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < whole.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    pieces.push(whole.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

function toContent(request: Recorded, behaviour: Behaviour): { status: number; content: unknown } {
  if (behaviour.status !== undefined || behaviour.body !== undefined) {
    return { status: behaviour.status ?? 200, content: behaviour.body ?? '' };
  }
  const isModels = request.path === '/v1/models' || request.path.startsWith('/v1/models/');
  if (request.method === 'GET' && isModels) return { status: 200, content: toModels(request.path) };
  const missing = { status: 404, content: toError(`Invalid URL (${request.method} ${request.path})`) };
  if (request.method !== 'POST') return missing;
  const body = parseJson(request.body);
  if (behaviour.refuseStreamOptions && body['stream_options'] !== undefined) {
    return { status: 400, content: toError('Unknown parameter: stream_options.', 'stream_options') };
  }
  if (request.path === '/v1/embeddings') return { status: 200, content: toEmbeddings(body) };
  const content = toGenerated(request, body, behaviour);
  return content === undefined ? missing : { status: 200, content };
}

/** The reply to `request` under `behaviour`. */
export function toReply(request: Recorded, behaviour: Behaviour): Reply {
  const { status, content } = toContent(request, behaviour);
  const streams = Array.isArray(content);
  const isText = typeof content === 'string' || Buffer.isBuffer(content);
  let writes = streams
    ? toSseWrites(content as SseEvent[], behaviour)
    : [Buffer.from(isText ? content : JSON.stringify(content))];
  if (behaviour.gzip) {
    const count = writes.length;
    const packed = gzipSync(Buffer.concat(writes));
    writes = resize([packed], [Math.ceil(packed.length / count)]);
  }
  if (behaviour.splits) writes = resize(writes, behaviour.splits);
  const length = writes.reduce((sum, write) => sum + write.length, 0) + (behaviour.contentLengthOff ?? 0);
  const declared = !streams || behaviour.contentLengthOff !== undefined;
  return {
    status,
    headers: {
      'content-type': streams
        ? 'text/event-stream; charset=utf-8'
        : isText
          ? 'text/plain'
          : 'application/json',
      ...(declared && { 'content-length': String(length) }),
      ...(behaviour.gzip && { 'content-encoding': 'gzip' }),
    },
    writes,
  };
}
