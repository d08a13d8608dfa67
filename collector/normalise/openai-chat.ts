/** Dialect: OpenAI's Chat Completions, whole or streamed. */
import type { Message, MessagePart } from '../record/message.ts';
import { isObject, parseLoose, toArray, toCount, toObject, toText, type Json } from './json.ts';
import { toParts, toSpeech } from './openai-content.ts';
import { toUsage, type Answer, type Dialect, type Parsed, type Usage } from './parsed.ts';

export const openaiChat: Dialect = { name: 'openai.chat', span_type: 'llm', parse };

function parse(request: Json, answer: Answer): Parsed {
  const { choices, head, usage, error } = answer.object
    ? fromObject(answer.object)
    : fromEvents(answer.events);
  return {
    input: toArray(request['messages']).flatMap((item) => (isObject(item) ? [toMessage(item)] : [])),
    output: choices.map(({ message, finish_reason }) => ({
      ...toMessage(message),
      role: toText(message['role']) || 'assistant',
      ...(finish_reason ? { finish_reason } : {}),
    })),
    usage: toChatUsage(usage),
    request_model: toText(request['model']),
    response_model: toText(head['model']),
    response_id: toText(head['id']),
    finish_reasons: choices.flatMap(({ finish_reason }) => (finish_reason ? [finish_reason] : [])),
    error,
  };
}

type Choice = { message: Json; finish_reason: string };
type Read = { choices: Choice[]; head: Json; usage: unknown; error: Parsed['error'] };

function fromObject(object: Json): Read {
  const choices = toArray(object['choices']).map((choice) => ({
    message: toObject(toObject(choice)['message']),
    finish_reason: toText(toObject(choice)['finish_reason']),
  }));
  return { choices, head: object, usage: object['usage'], error: undefined };
}

/** Usage of Chat Completions, Completions or Embeddings; undefined if the upstream gave none. */
export function toChatUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const prompt = toObject(value['prompt_tokens_details']);
  const completion = toObject(value['completion_tokens_details']);
  return toUsage({
    input_tokens: toCount(value['prompt_tokens']),
    output_tokens: toCount(value['completion_tokens']),
    cache_read_tokens: toCount(prompt['cached_tokens']),
    cache_write_tokens: toCount(prompt['cache_write_tokens']),
    reasoning_tokens: toCount(completion['reasoning_tokens']),
    input_audio_tokens: toCount(prompt['audio_tokens']),
    output_audio_tokens: toCount(completion['audio_tokens']),
  });
}

/** The error that an event stream carried, if it did. */
export function findStreamError(event: Json): Parsed['error'] {
  const error = event['error'];
  if (!isObject(error)) return undefined;
  return {
    type: toText(error['code']) || toText(error['type']) || 'stream_error',
    message: toText(error['message']),
  };
}

type Building = Choice & { calls: Map<number, Json> };

function fromEvents(events: Json[]): Read {
  const choices = new Map<number, Building>();
  const head: Json = {};
  let usage: unknown;
  let error: Parsed['error'];
  for (const event of events) {
    error ??= findStreamError(event);
    // Some hosts begin with an event whose id and model are empty.
    for (const name of ['id', 'model']) head[name] ||= event[name];
    if (isObject(event['usage'])) usage = event['usage'];
    for (const each of toArray(event['choices']).map(toObject)) {
      const index = toCount(each['index']);
      const choice = choices.get(index) ?? { message: {}, calls: new Map(), finish_reason: '' };
      choices.set(index, choice);
      addDelta(choice, toObject(each['delta']));
      choice.finish_reason = toText(each['finish_reason']) || choice.finish_reason;
    }
  }
  return { choices: inOrder(choices).map(toChoice), head, usage, error };
}

const inOrder = <V>(entries: Map<number, V>): V[] =>
  [...entries].toSorted(([a], [b]) => a - b).map(([, value]) => value);

function toChoice({ message, calls, finish_reason }: Building): Choice {
  return { message: { ...message, tool_calls: inOrder(calls) }, finish_reason };
}

const JOINED = ['content', 'refusal', 'reasoning_content', 'reasoning'];

/** Appends those members of `from` that are text and named. */
function join(into: Json, from: Json, names: readonly string[]): void {
  for (const name of names) {
    if (typeof from[name] === 'string') into[name] = toText(into[name]) + from[name];
  }
}

function addDelta({ message, calls }: Building, delta: Json): void {
  if (typeof delta['role'] === 'string') message['role'] = delta['role'];
  join(message, delta, JOINED);
  for (const name of ['audio', 'function_call']) {
    if (!isObject(delta[name])) continue;
    const into = (message[name] ??= {}) as Json;
    join(into, delta[name], ['transcript', 'data', 'name', 'arguments']);
  }
  for (const piece of toArray(delta['tool_calls']).map(toObject)) {
    const at = slotOf(calls, piece);
    const call = calls.get(at) ?? { function: {} };
    calls.set(at, call);
    if (typeof piece['id'] === 'string') call['id'] = piece['id'];
    join(toObject(call['function']), toObject(piece['function'] ?? piece['custom']), [
      'name',
      'arguments',
      'input',
    ]);
  }
}

/** Where a piece of a tool call belongs; some hosts leave the index out and send each call whole. */
function slotOf(calls: Map<number, Json>, { index, id }: Json): number {
  if (typeof index === 'number') return index;
  const last = calls.size - 1;
  if (typeof id !== 'string' || id === '') return Math.max(last, 0);
  const known = [...calls].find(([, call]) => call['id'] === id);
  return known ? known[0] : calls.size;
}

function toMessage(item: Json): Message {
  const role = toText(item['role']);
  const reasoning = toText(item['reasoning_content']) || toText(item['reasoning']);
  const parts: MessagePart[] = [
    ...(reasoning ? [{ type: 'reasoning', content: reasoning } as const] : []),
    ...(role === 'tool' || role === 'function' ? [toToolResponse(item)] : toParts(item['content'])),
    ...(isObject(item['audio']) ? toSpeech(item['audio']) : []),
    ...(item['refusal'] ? [{ type: 'refusal', content: toText(item['refusal']) } as const] : []),
    ...toArray(item['tool_calls']).flatMap((call) => (isObject(call) ? [toToolCall(call)] : [])),
    ...(isObject(item['function_call']) ? [toToolCall({ function: item['function_call'] })] : []),
  ];
  const name = toText(item['name']);
  return { role: role || 'user', ...(name ? { name } : {}), parts };
}

function toToolResponse(item: Json): MessagePart {
  const id = toText(item['tool_call_id']);
  return { type: 'tool_call_response', ...(id ? { id } : {}), response: item['content'] ?? '' };
}

function toToolCall(call: Json): MessagePart {
  const called = toObject(call['function'] ?? call['custom']);
  const id = toText(call['id']);
  const given = toText(called['arguments']) || toText(called['input']);
  return {
    type: 'tool_call',
    ...(id ? { id } : {}),
    name: toText(called['name']),
    arguments: parseLoose(given),
  };
}
