/** A call's messages as a reader wants them: tool results beside the calls they answer, old history folded. */
import type { Message, MessagePart } from '../../../contract/calls.ts';

export type ToolCallPart = Extract<MessagePart, { type: 'tool_call' }>;
export type ShownPart =
  | Exclude<MessagePart, { type: 'tool_call' }>
  | (ToolCallPart & { result?: { value: unknown } });
export type ShownMessage = {
  role: string;
  name: string;
  finish_reason: string;
  parts: ShownPart[];
  isOutput: boolean;
};
export type Conversation = { folded: ShownMessage[]; shown: ShownMessage[] };

/** Input messages that stay in sight; the ones before are history that earlier calls have shown already. */
const KEEP = 3;

/** Pairs, drops what its call already shows, and folds. */
export function toConversation(input: readonly Message[], output: readonly Message[]): Conversation {
  const results = new Map<string, unknown>();
  const called = new Set<string>();
  for (const { parts } of [...input, ...output]) {
    for (const part of parts) {
      if (part.type === 'tool_call' && part.id) called.add(part.id);
      if (part.type === 'tool_call_response' && part.id) results.set(part.id, part.response);
    }
  }
  const show = (message: Message, isOutput: boolean): ShownMessage => ({
    role: message.role,
    name: message.name ?? '',
    finish_reason: message.finish_reason ?? '',
    isOutput,
    parts: message.parts
      .filter((part) => !(part.type === 'tool_call_response' && part.id && called.has(part.id)))
      .map((part) => {
        if (part.type !== 'tool_call' || !part.id || !results.has(part.id)) return part;
        return { ...part, result: { value: results.get(part.id) } };
      }),
  });
  const before = input.map((message) => show(message, false)).filter(({ parts }) => parts.length > 0);
  const answers = output.map((message) => show(message, true));
  // Folding a single message would cost a click and save nothing.
  const fold = before.length > KEEP + 1 ? before.length - KEEP : 0;
  return { folded: before.slice(0, fold), shown: [...before.slice(fold), ...answers] };
}

/** Arguments and results often are JSON inside a string. */
export function unwrapJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The entries of a flat object that reads well as a table; undefined for anything else. */
export function findFlatEntries(value: unknown): [string, string][] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  if (entries.length > 12 || entries.some(([, item]) => typeof item === 'object' && item !== null))
    return undefined;
  return entries.map(([key, item]) => [key, String(item)]);
}
