/** What a list shows of a call, and what a search looks through: only what is new in this call. */
import type { Message, MessagePart } from '../record/message.ts';

const PREVIEW_CHARS = 200;
const SEARCH_CHARS = 64 * 1024;

function partText(part: MessagePart): string {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return part.content;
    case 'tool_call':
      return `${part.name}(${typeof part.arguments === 'string' ? part.arguments : JSON.stringify(part.arguments)})`;
    case 'tool_call_response':
      return typeof part.response === 'string' ? part.response : JSON.stringify(part.response);
    case 'uri':
      return part.uri;
    case 'blob':
      return `[${part.modality} ${part.mime_type ?? ''} ${part.bytes} bytes]`;
    case 'generic':
      return JSON.stringify(part.value);
  }
}

function textOf(messages: readonly Message[], skip?: MessagePart['type']): string {
  return messages
    .flatMap((message) => message.parts)
    .filter((part) => part.type !== skip)
    .map(partText)
    .join('\n');
}

/** Messages after the last one of the assistant: the user's turn, or the results of tools it had called. */
function newTurn(input: readonly Message[]): Message[] {
  const lastAssistant = input.findLastIndex((message) => message.role === 'assistant');
  return input
    .slice(lastAssistant + 1)
    .filter((message) => message.role !== 'system' && message.role !== 'developer');
}

/** At most `units` UTF-16 units of `text`, never half of a pair. */
export function cut(text: string, units: number): string {
  if (text.length <= units) return text;
  const isHalved = /[\uD800-\uDBFF]/.test(text.charAt(units - 1));
  return text.slice(0, isHalved ? units - 1 : units);
}

/** The first characters, white space folded; never cut inside a character. */
export function toPreview(text: string): string {
  const folded = cut(text.trimStart(), PREVIEW_CHARS * 4)
    .replace(/\s+/g, ' ')
    .trim();
  return [...folded].slice(0, PREVIEW_CHARS).join('').toWellFormed();
}

export function toTexts(input: readonly Message[], output: readonly Message[]) {
  const asked = textOf(newTurn(input));
  const said = textOf(output, 'reasoning');
  return {
    input_preview: toPreview(asked || textOf(input.slice(-1))),
    output_preview: toPreview(said || textOf(output)),
    search_text: cut(`${asked}\n${said}`, SEARCH_CHARS).toWellFormed(),
  };
}

/** Everything that was sent, as text: for counting tokens where nobody else did. */
export function toWholeText(messages: readonly Message[]): string {
  return textOf(messages);
}
