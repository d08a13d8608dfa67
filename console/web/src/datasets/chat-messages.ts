/** Messages in the form of chat completions, as items have them, for the cards that show a call's conversation. */
import type { Message, MessagePart } from '../../../contract/calls.ts';

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function toPart(part: unknown): MessagePart {
  if (!isObject(part)) return { type: 'generic', value: part };
  if (typeof part['text'] === 'string') return { type: 'text', content: part['text'] };
  if (part['type'] === 'refusal') return { type: 'refusal', content: text(part['refusal']) };
  if (part['type'] === 'image_url' && isObject(part['image_url'])) {
    const uri = text(part['image_url']['url']);
    // A picture inside of the message is data, and of no use as text.
    if (!uri.startsWith('data:')) return { type: 'uri', modality: 'image', uri };
    return { type: 'blob', modality: 'image', bytes: Math.floor((uri.length * 3) / 4) };
  }
  return { type: 'generic', value: part };
}

function toToolCall(call: unknown): MessagePart[] {
  if (!isObject(call) || !isObject(call['function'])) return [];
  const { name, arguments: given } = call['function'];
  return [{ type: 'tool_call', id: text(call['id']), name: text(name), arguments: given }];
}

/** One message; what is not understood is shown as it is. */
export function toMessage(value: unknown): Message {
  if (!isObject(value)) return { role: 'unknown', parts: [{ type: 'generic', value }] };
  const { role, content, tool_calls, tool_call_id, refusal, name } = value;
  const said: MessagePart[] =
    role === 'tool'
      ? [{ type: 'tool_call_response', id: text(tool_call_id), response: content }]
      : typeof content === 'string'
        ? content === ''
          ? []
          : [{ type: 'text', content }]
        : Array.isArray(content)
          ? content.map(toPart)
          : [];
  const calls = Array.isArray(tool_calls) ? tool_calls.flatMap(toToolCall) : [];
  const refused: MessagePart[] =
    typeof refusal === 'string' && refusal ? [{ type: 'refusal', content: refusal }] : [];
  return {
    role: text(role) || 'unknown',
    ...(typeof name === 'string' ? { name } : {}),
    parts: [...said, ...refused, ...calls],
  };
}

/** The conversation of an item: its `messages`, and its `output` as the answer; empty where it has no messages. */
export function findConversation(item: Json): { input: Message[]; output: Message[] } {
  const { messages, output } = item;
  if (!Array.isArray(messages)) return { input: [], output: [] };
  const answer = typeof output === 'string' ? { role: 'assistant', content: output } : output;
  return {
    input: messages.map(toMessage),
    output: isObject(answer) ? [toMessage({ role: 'assistant', ...answer })] : [],
  };
}
