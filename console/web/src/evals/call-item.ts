/** A logged call as the item that an evaluation makes of it: what placeholders and trials are shown with. */
import type { Message, SpanDetail } from '../../../contract/calls.ts';
import type { Item } from './placeholders.ts';

function textOf({ parts }: Message): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.content] : [])).join('\n');
}

/** `{messages, input, output, model}`: messages in chat form, input the newest text of a user. */
export function toCallItem(call: SpanDetail): Item {
  const messages = call.input_messages.map((message) => ({ role: message.role, content: textOf(message) }));
  return {
    input: messages.findLast(({ role }) => role === 'user')?.content ?? '',
    output: call.output_messages.map(textOf).join('\n'),
    messages,
    model: call.request_model,
  };
}
