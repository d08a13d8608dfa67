/** What an export is made of: one call, or one item of a dataset, in the same shape. */
import { z } from 'zod';
import type { CallWithScores } from '../../collector/queries/read-calls.ts';
import { type ChatMessage, chatMessage, type ChatTool, chatTool } from '../../collector/record/chat.ts';
import type { DatasetItem } from '../../collector/record/dataset.ts';
import type { Score } from '../../collector/record/score.ts';
import type { SpanStatus } from '../../collector/record/span.ts';

export type Example = {
  /** '' where it did not come from a call. */
  trace_id: string;
  span_id: string;
  /** '' where it did not come from a dataset. */
  item_id: string;
  session_id: string;
  user_id: string;
  model: string;
  /** ISO 8601; '' where it is not known. */
  started_at: string;
  /** What was asked. */
  messages: ChatMessage[];
  tools: ChatTool[];
  parallel_tool_calls?: false;
  /** What was answered. */
  answer: ChatMessage | undefined;
  /** What should have been; '' where nobody said so. */
  correction: string;
  /** Kinds of parts that are missing in the messages. */
  lost: string[];
};

/** An example, and what the first filters look at. */
export type Candidate = {
  example: Example;
  status: SpanStatus;
  is_model_call: boolean;
  /** Each author's latest word. */
  scores: readonly Score[];
};

/** A captured call. */
export function fromCall(call: CallWithScores): Candidate {
  const { trace_id, span_id, session_id, user_id, request_model, started_at, chat, correction } = call;
  const { messages, tools, parallel_tool_calls, answer, lost } = chat;
  const example: Example = {
    trace_id,
    span_id,
    item_id: '',
    session_id,
    user_id,
    model: request_model,
    started_at,
    messages,
    tools,
    ...(parallel_tool_calls === false ? { parallel_tool_calls } : {}),
    answer,
    correction,
    lost,
  };
  return { example, status: call.status, is_model_call: call.span_type === 'llm', scores: call.scores };
}

const asText = z.string().catch('');
/** Members as `datasetItem` has them, and those of a training line; whatever else they are counts as not there. */
const itemShape = z.object({
  messages: z.array(chatMessage).catch([]),
  tools: z.array(chatTool).catch([]),
  parallel_tool_calls: z.literal(false).optional().catch(undefined),
  input: asText,
  output: z.union([z.string(), chatMessage]).optional().catch(undefined),
  output_tools: chatMessage.shape.tool_calls.catch(undefined),
  expected: asText,
  model: asText,
});

/**
 * An item of a dataset. With messages: what was asked, `output` (and `output_tools`, its calls) the answer, or the last
 * message, where that is the assistant's. Without: `input` is what the user said. `expected` is what should have been
 * answered.
 */
export function fromItem(item: DatasetItem, scores: readonly Score[]): Candidate {
  const given = itemShape.parse(item.item);
  const asked = given.messages.length > 0 ? given.messages : toUserMessage(given.input);
  const last = asked.at(-1);
  const holdsAnswer = last?.role === 'assistant' && given.output === undefined;
  const example: Example = {
    trace_id: item.trace_id,
    span_id: item.span_id,
    item_id: item.item_id,
    session_id: item.session_id,
    user_id: '',
    model: given.model,
    started_at: '',
    messages: holdsAnswer ? asked.slice(0, -1) : asked,
    tools: given.tools,
    ...(given.parallel_tool_calls === false ? { parallel_tool_calls: false } : {}),
    answer: holdsAnswer ? last : toAnswer(given.output, given.output_tools),
    correction: given.expected,
    lost: [],
  };
  return { example, status: 'ok', is_model_call: true, scores };
}

const toUserMessage = (input: string): ChatMessage[] =>
  input === '' ? [] : [{ role: 'user', content: input }];

function toAnswer(
  output: string | ChatMessage | undefined,
  tool_calls: ChatMessage['tool_calls'] = [],
): ChatMessage | undefined {
  if (typeof output === 'object') return output;
  if (!output && tool_calls.length === 0) return undefined;
  return { role: 'assistant', content: output ?? '', ...(tool_calls.length > 0 ? { tool_calls } : {}) };
}
