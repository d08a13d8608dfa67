/** Dialect: OpenAI's Responses, whole or as its typed event stream. */
import type { Message, MessagePart } from '../record/message.ts';
import { isObject, parseLoose, toArray, toCount, toObject, toText, type Json } from './json.ts';
import { toBlob, toParts } from './openai-content.ts';
import { toUsage, type Answer, type Dialect, type Parsed, type Usage } from './parsed.ts';

export const openaiResponses: Dialect = { name: 'openai.responses', span_type: 'llm', parse };

const FINAL = new Set(['response.completed', 'response.incomplete', 'response.failed']);

function parse(request: Json, answer: Answer): Parsed {
  const response = answer.object ?? fromEvents(answer.events);
  const reason = toText(toObject(response['incomplete_details'])['reason']) || toText(response['status']);
  const output = toMessages(toArray(response['output']), 'assistant');
  return {
    input: toInput(request),
    output,
    usage: toResponsesUsage(response['usage']),
    request_model: toText(request['model']),
    response_model: toText(response['model']),
    response_id: toText(response['id']),
    finish_reasons: reason ? [reason] : [],
    error: findError(response) ?? findErrorEvent(answer.events),
  };
}

function toInput(request: Json): Message[] {
  const { instructions, input } = request;
  const system: Message[] = instructions ? [{ role: 'system', parts: toParts(instructions) }] : [];
  if (typeof input === 'string') return [...system, { role: 'user', parts: toParts(input) }];
  return [...system, ...toMessages(toArray(input), 'user')];
}

/** Items become messages; what one side says in a row (reasoning, text, calls) stays one message. */
function toMessages(items: unknown[], fallbackRole: string): Message[] {
  const messages: Message[] = [];
  for (const item of items) {
    if (!isObject(item)) continue;
    const { role, parts } = toItem(item, fallbackRole);
    const last = messages.at(-1);
    if (last && last.role === role && role === 'assistant') last.parts.push(...parts);
    else messages.push({ role, parts });
  }
  return messages;
}

function toItem(item: Json, fallbackRole: string): { role: string; parts: MessagePart[] } {
  const type = toText(item['type']) || 'message';
  const id = toText(item['call_id']) || toText(item['id']);
  if (type === 'message')
    return { role: toText(item['role']) || fallbackRole, parts: toParts(item['content']) };
  if (type === 'reasoning') {
    const said = [...toArray(item['summary']), ...toArray(item['content'])].map((part) =>
      toText(toObject(part)['text']),
    );
    return { role: 'assistant', parts: said.map((content) => ({ type: 'reasoning', content })) };
  }
  if (type === 'function_call' || type === 'custom_tool_call') {
    const given = toText(item['arguments']) || toText(item['input']);
    return {
      role: 'assistant',
      parts: [{ type: 'tool_call', id, name: toText(item['name']), arguments: parseLoose(given) }],
    };
  }
  if (type.endsWith('_output')) {
    return { role: 'tool', parts: [{ type: 'tool_call_response', id, response: item['output'] ?? '' }] };
  }
  // Tools that run at the provider: web_search_call, file_search_call, code_interpreter_call, mcp_call ...
  if (type.endsWith('_call')) {
    const name = type.slice(0, -'_call'.length);
    const image = type === 'image_generation_call' ? toText(item['result']) : '';
    const { result: _picture, ...rest } = item;
    const call: MessagePart = { type: 'tool_call', id, name, arguments: image ? rest : item };
    const format = toText(item['output_format']) || 'png';
    return {
      role: 'assistant',
      parts: image ? [call, toBlob('image', `image/${format}`, image)] : [call],
    };
  }
  return { role: fallbackRole, parts: [{ type: 'generic', value: item }] };
}

function toResponsesUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const input = toObject(value['input_tokens_details']);
  const output = toObject(value['output_tokens_details']);
  return toUsage({
    input_tokens: toCount(value['input_tokens']),
    output_tokens: toCount(value['output_tokens']),
    cache_read_tokens: toCount(input['cached_tokens']),
    cache_write_tokens: toCount(input['cache_write_tokens']),
    reasoning_tokens: toCount(output['reasoning_tokens']),
    input_audio_tokens: 0,
    output_audio_tokens: 0,
  });
}

function findError(response: Json): Parsed['error'] {
  const error = response['error'];
  if (!isObject(error)) return undefined;
  return { type: toText(error['code']) || 'response_failed', message: toText(error['message']) };
}

function findErrorEvent(events: Json[]): Parsed['error'] {
  const event = events.find((each) => each['type'] === 'error');
  if (!event) return undefined;
  const error = toObject(event['error'] ?? event);
  return { type: toText(error['code']) || 'stream_error', message: toText(error['message']) };
}

/** The final response object of a stream, or what can be made of its events where it was cut before. */
function fromEvents(events: Json[]): Json {
  const last = events.findLast((event) => FINAL.has(toText(event['type'])));
  if (last) return toObject(last['response']);
  const created = events.find((event) => event['type'] === 'response.created');
  const items = new Map<number, Json>();
  for (const event of events) addEvent(items, event);
  const output = [...items].toSorted(([a], [b]) => a - b).map(([, item]) => item);
  return { ...toObject(created?.['response']), status: '', usage: undefined, output };
}

/** Text deltas: the kind of item they belong to, its list of parts, the index in it, the part's type and member. */
type PartDelta = readonly [string, 'content' | 'summary', string, string, 'text' | 'refusal'];
const PART_DELTAS: ReadonlyMap<string, PartDelta> = new Map([
  ['response.output_text.delta', ['message', 'content', 'content_index', 'output_text', 'text']],
  ['response.refusal.delta', ['message', 'content', 'content_index', 'refusal', 'refusal']],
  ['response.reasoning_text.delta', ['reasoning', 'content', 'content_index', 'reasoning_text', 'text']],
  [
    'response.reasoning_summary_text.delta',
    ['reasoning', 'summary', 'summary_index', 'summary_text', 'text'],
  ],
]);

/** Deltas of a member of the item itself. */
const ITEM_DELTAS: ReadonlyMap<string, readonly [kind: string, member: string]> = new Map([
  ['response.function_call_arguments.delta', ['function_call', 'arguments']],
  ['response.custom_tool_call_input.delta', ['custom_tool_call', 'input']],
  ['response.mcp_call_arguments.delta', ['mcp_call', 'arguments']],
  ['response.code_interpreter_call_code.delta', ['code_interpreter_call', 'code']],
]);

function addEvent(items: Map<number, Json>, event: Json): void {
  const index = toCount(event['output_index']);
  const type = toText(event['type']);
  const itemOf = (kind: string): Json => {
    const item = items.get(index) ?? { type: kind };
    items.set(index, item);
    return item;
  };
  if (type === 'response.output_item.added' || type === 'response.output_item.done') {
    items.set(index, structuredClone(toObject(event['item'])));
  }
  const own = ITEM_DELTAS.get(type);
  if (own) join(itemOf(own[0]), own[1], event);
  const inPart = PART_DELTAS.get(type);
  if (!inPart) return;
  const [kind, list, position, partType, member] = inPart;
  const item = itemOf(kind);
  const parts = toArray(item[list]);
  item[list] = parts;
  // Never beyond the end: a made-up index must not make a list of a billion holes.
  const at = Math.min(toCount(event[position]), parts.length);
  const part = isObject(parts[at]) ? parts[at] : { type: partType };
  parts[at] = part;
  join(part, member, event);
}

function join(into: Json, member: string, event: Json): void {
  into[member] = toText(into[member]) + toText(event['delta']);
}
