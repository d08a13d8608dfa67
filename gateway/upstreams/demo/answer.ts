/** What a simulated model says, before it is put into one of OpenAI's shapes. */

export type ToolCall = { name: string; /** JSON text. */ arguments: string };

export type Usage = { input: number; cached: number; output: number; reasoning: number };

export type Answer = {
  /** 24 hex digits; every id of the answer is made from it. */
  key: string;
  /** Seconds since the epoch. */
  created: number;
  model: string;
  /** The text in the pieces in which a stream sends it; joined they are the whole text. */
  pieces: readonly string[];
  toolCalls: readonly ToolCall[];
  usage: Usage;
};

/** One step of a stream, ready to be sent: its bytes without the blank line are one server-sent event. */
export type SseEvent = { readonly name?: string; readonly data: unknown };

/** Why the model stopped, in the words of chat.completions. */
export function getFinishReason(answer: Answer): 'stop' | 'tool_calls' {
  return answer.toolCalls.length > 0 ? 'tool_calls' : 'stop';
}

/** Id of the nth tool call of an answer. */
export function toCallId(answer: Answer, index: number): string {
  return `call_${answer.key}${index}`;
}

/** Random-looking padding of 4 to 16 characters, the same for the same answer and position. */
export function toObfuscation(answer: Answer, index: number): string {
  const start = (index * 5) % 20;
  return (answer.key + answer.key).slice(start, start + 4 + ((index * 7) % 13));
}

/** The text of one server-sent event, blank line included. */
export function toSseText(event: SseEvent): string {
  const data = typeof event.data === 'string' ? event.data : JSON.stringify(event.data);
  return event.name === undefined ? `data: ${data}\n\n` : `event: ${event.name}\ndata: ${data}\n\n`;
}
