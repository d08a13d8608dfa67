/**
 * Messages in the form of OpenAI's chat completions: what datasets hold, what models are asked with, and what is
 * trained on. A call of chat completions is taken from its own request, everything else from the canonical messages.
 */
import { z } from 'zod';
import { type Message, message, type MessagePart } from './message.ts';

const toolCall = z.looseObject({
  id: z.string(),
  type: z.string(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }).optional(),
});

/** As the API takes it; members that we do not know are kept. */
export const chatMessage = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() })), z.null()]).optional(),
  name: z.string().optional(),
  refusal: z.string().nullish(),
  tool_calls: z.array(toolCall).optional(),
  tool_call_id: z.string().optional(),
});
export type ChatMessage = z.infer<typeof chatMessage>;

/** `{type: 'function', function: {name, description?, parameters?, strict?}}`. */
export const chatTool = z.looseObject({
  type: z.string(),
  function: z.looseObject({ name: z.string() }).optional(),
});
export type ChatTool = z.infer<typeof chatTool>;

export type ChatCall = {
  /** What was asked. */
  messages: ChatMessage[];
  /** Functions that the model was offered; what the provider itself runs (a web search) has no chat form. */
  tools: ChatTool[];
  /** Only where the request forbade several calls at once. */
  parallel_tool_calls?: false;
  /** What was answered; undefined where nothing was. Of several choices the first. */
  answer: ChatMessage | undefined;
  /** Kinds of parts that chat form has no place for and that are missing here, such as `reasoning` or `blob`. */
  lost: string[];
};

export type StoredBodies = {
  /** Column `dialect` of the call. */
  dialect: string;
  input_messages: readonly Message[];
  output_messages: readonly Message[];
  /** The request as text; '' where it is not at hand. */
  request_raw: string;
};

/** The call in chat form. Never throws: what cannot be read is not there. */
export function toChatCall({
  dialect,
  input_messages,
  output_messages,
  request_raw,
}: StoredBodies): ChatCall {
  const request = parseObject(request_raw);
  const exact = dialect === 'openai.chat' ? z.array(chatMessage).safeParse(request['messages']) : undefined;
  const lost = new Set<string>();
  const messages = exact?.success ? exact.data : input_messages.flatMap((each) => toChatMessages(each, lost));
  const [answer] = output_messages.slice(0, 1).flatMap((each) => toChatMessages(each, lost));
  const parallel = request['parallel_tool_calls'] === false ? { parallel_tool_calls: false as const } : {};
  return { messages, tools: toTools(request['tools']), ...parallel, answer, lost: [...lost] };
}

/** The stored JSON of canonical messages; [] where it is not readable. */
export function parseStoredMessages(text: string): Message[] {
  try {
    const messages = z.array(message).safeParse(JSON.parse(text));
    return messages.success ? messages.data : [];
  } catch {
    return [];
  }
}

/** The text of a message, without what is no text. */
export function toMessageText({ content, refusal }: ChatMessage): string {
  if (typeof content === 'string') return content;
  const texts = (content ?? []).map((part) => (typeof part['text'] === 'string' ? part['text'] : ''));
  return texts.join('') || (refusal ?? '');
}

/** The last thing a user said, as text; '' where none did. */
export function lastUserText(messages: readonly ChatMessage[]): string {
  const last = messages.findLast(({ role }) => role === 'user');
  return last ? toMessageText(last) : '';
}

/** One canonical message is one chat message, but for results of tools, which are one each. */
function toChatMessages({ role, name, parts }: Message, lost: Set<string>): ChatMessage[] {
  const results = parts.flatMap((part) => (part.type === 'tool_call_response' ? [toToolMessage(part)] : []));
  const rest = parts.filter((part) => part.type !== 'tool_call_response');
  if (results.length > 0 && rest.length === 0) return results;
  if (role === 'assistant') return [...results, toAssistant(rest, lost)];
  const said = role === 'system' || role === 'developer' ? role : 'user';
  return [...results, { role: said, content: toContent(rest, lost), ...(name ? { name } : {}) }];
}

function toToolMessage({ id, response }: MessagePart & { type: 'tool_call_response' }): ChatMessage {
  return { role: 'tool', tool_call_id: id ?? '', content: toJsonText(response) };
}

function toAssistant(parts: readonly MessagePart[], lost: Set<string>): ChatMessage {
  const tool_calls = parts.flatMap((part) => {
    if (part.type !== 'tool_call') return [];
    if (!isHosted(part)) return [toToolCall(part)];
    lost.add('hosted_tool');
    return [];
  });
  const said = parts.filter(({ type }) => type !== 'tool_call' && type !== 'refusal');
  const text = toContent(said, lost, '');
  const refusals = parts.flatMap((part) => (part.type === 'refusal' ? [part.content] : []));
  return {
    role: 'assistant',
    content: text === '' && (tool_calls.length > 0 || refusals.length > 0) ? null : text,
    ...(refusals.length > 0 ? { refusal: refusals.join('\n') } : {}),
    ...(tool_calls.length > 0 ? { tool_calls } : {}),
  };
}

/** What the provider ran itself stands in the canonical form as a call whose arguments are the whole item. */
function isHosted({ name, arguments: given }: MessagePart & { type: 'tool_call' }): boolean {
  return typeof given === 'object' && given !== null && 'type' in given && given.type === `${name}_call`;
}

function toToolCall({ id, name, arguments: given }: MessagePart & { type: 'tool_call' }) {
  return { id: id ?? '', type: 'function', function: { name, arguments: toJsonText(given) } };
}

/** Text alone is a string; with pictures it is a list of parts. */
function toContent(
  parts: readonly MessagePart[],
  lost: Set<string>,
  between = '\n',
): string | { type: string }[] {
  const kept = parts.flatMap((part): { type: string; [member: string]: unknown }[] => {
    if (part.type === 'text' || part.type === 'refusal') return [{ type: 'text', text: part.content }];
    if (part.type === 'uri' && part.modality === 'image' && /^https?:/.test(part.uri)) {
      return [{ type: 'image_url', image_url: { url: part.uri } }];
    }
    lost.add(part.type);
    return [];
  });
  if (kept.some(({ type }) => type !== 'text')) return kept;
  return kept.map(({ text }) => text as string).join(between);
}

/** Functions in chat form, whether the request had them so or in the form of responses. */
function toTools(value: unknown): ChatTool[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((tool: unknown): ChatTool[] => {
    const given = toObject(tool);
    if (given['type'] !== 'function') return [];
    if (given['function'] === undefined) {
      const { type: _type, ...own } = given;
      return typeof own['name'] === 'string'
        ? [{ type: 'function', function: { ...own, name: own['name'] } }]
        : [];
    }
    const parsed = chatTool.safeParse(given);
    return parsed.success ? [parsed.data] : [];
  });
}

const toJsonText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

const toObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

function parseObject(text: string): Record<string, unknown> {
  try {
    return toObject(JSON.parse(text));
  } catch {
    return {};
  }
}
