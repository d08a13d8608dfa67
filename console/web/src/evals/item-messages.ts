/** Messages in chat form as the page shows them elsewhere. */
import type { ShownMessage, ShownPart } from '../call/conversation.ts';

type Json = Record<string, unknown>;

/** What was sent to a model; what is not text is shown as it stands. */
export function toShownMessages(chat: readonly Json[]): ShownMessage[] {
  return chat.map(({ role, content, name, tool_calls }) => ({
    role: typeof role === 'string' ? role : 'user',
    name: typeof name === 'string' ? name : '',
    finish_reason: '',
    isOutput: false,
    parts: [...toParts(content), ...toToolCalls(tool_calls)],
  }));
}

function toParts(content: unknown): ShownPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  if (!Array.isArray(content)) return [];
  return content.map((part: unknown): ShownPart => {
    const text = (part as Json | null)?.['text'];
    return { type: 'text', content: typeof text === 'string' ? text : JSON.stringify(part, null, 2) };
  });
}

function toToolCalls(calls: unknown): ShownPart[] {
  if (!Array.isArray(calls)) return [];
  return calls.map((call: unknown): ShownPart => {
    const { id, function: asked } = (call ?? {}) as { id?: unknown; function?: Json };
    const name = asked?.['name'];
    return {
      type: 'tool_call',
      id: typeof id === 'string' ? id : '',
      name: typeof name === 'string' ? name : '',
      arguments: asked?.['arguments'],
    };
  });
}

/** What was answered. */
export function toShownAnswer(text: string, finish_reason: string): ShownMessage {
  return {
    role: 'assistant',
    name: '',
    finish_reason,
    isOutput: true,
    parts: text === '' ? [] : [{ type: 'text', content: text }],
  };
}
