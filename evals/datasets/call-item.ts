/** What a dataset holds of a logged call. */
import { createHash } from 'node:crypto';
import type { CallWithScores } from '../../collector/queries/read-calls.ts';
import { lastUserText, toMessageText } from '../../collector/record/chat.ts';
import type { DatasetItem } from '../../collector/record/dataset.ts';

/** An item that has no position yet. */
export type NewItem = Omit<DatasetItem, 'position'>;

/** The same for the same call, in every dataset and version. */
export function toCallItemId({ trace_id, span_id }: { trace_id: string; span_id: string }): string {
  return toItemId(`${trace_id}-${span_id}`);
}

/** A short name for what `text` says. */
export function toItemId(text: string): string {
  return `item_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
}

/** undefined for what is no conversation (an embedding), or one that was not kept or cannot be read. */
export function findCallItem(call: CallWithScores): NewItem | undefined {
  const { chat, span_type, trace_id, span_id, session_id, correction } = call;
  if (span_type !== 'llm' || chat.messages.length === 0) return undefined;
  const { messages, tools, answer } = chat;
  const tool_calls = answer?.tool_calls ?? [];
  const item = {
    messages,
    ...(tools.length > 0 ? { tools } : {}),
    ...(chat.parallel_tool_calls === false ? { parallel_tool_calls: false } : {}),
    input: lastUserText(messages),
    output: answer ? toMessageText(answer) : '',
    ...(tool_calls.length > 0 ? { output_tools: tool_calls } : {}),
    ...(correction === '' ? {} : { expected: correction }),
    model: call.request_model,
    ...(Object.keys(call.metadata).length > 0 ? { metadata: call.metadata } : {}),
  };
  return { item_id: toCallItemId(call), item, trace_id, span_id, session_id };
}
