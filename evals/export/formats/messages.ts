/** Messages as trainers take them: of what APIs and SDKs put into a message, the members that mean something. */
import type { ChatMessage } from '../../../collector/record/chat.ts';
import { isRefusal, refuse, type Refusal, type Selected } from '../select.ts';

export type TrainingMessage = { role: string; [member: string]: unknown };

/** Lost in chat form without a loss for training: thoughts are no part of an answer. */
const HARMLESS = ['reasoning'];

/** What was asked, cleaned; a refusal where parts of it are missing or no trainer takes them. */
export function toAsked({ example }: Selected): TrainingMessage[] | Refusal {
  const missing = example.lost.filter((kind) => !HARMLESS.includes(kind));
  if (missing.length > 0) return refuse('missing_part', missing.join(', '));
  if (example.messages.length === 0) return refuse('no_messages');
  return cleanAll(example.messages);
}

/** What was answered, cleaned. */
export function toAnswered({ example }: Selected): TrainingMessage | Refusal {
  return example.answer ? clean(example.answer) : refuse('no_assistant_message');
}

/** What is to be learned: the correction where it counts, else what was answered. */
export function toTarget(selected: Selected): TrainingMessage | Refusal {
  return selected.corrected ? toCorrection(selected) : toAnswered(selected);
}

export const toCorrection = ({ example }: Selected): TrainingMessage => ({
  role: 'assistant',
  content: example.correction,
});

function cleanAll(messages: readonly ChatMessage[]): TrainingMessage[] | Refusal {
  const cleaned = messages.map(clean);
  return cleaned.find(isRefusal) ?? (cleaned as TrainingMessage[]);
}

function clean(message: ChatMessage): TrainingMessage | Refusal {
  const { role, content, name, refusal, tool_calls = [], tool_call_id } = message;
  if (role === 'function') return refuse('invalid_role', 'function');
  if (message['audio']) return refuse('audio');
  const parts = typeof content === 'string' ? [] : (content ?? []);
  const strange = parts.find(({ type }) => !['text', 'image_url', 'refusal'].includes(type));
  if (strange) return refuse(strange.type.includes('audio') ? 'audio' : 'file_part', strange.type);
  const custom = tool_calls.find((call) => call.type !== 'function' || !call.function);
  if (custom) return refuse('custom_tool', custom.type);
  const calls = tool_calls.map(({ id, function: called }) => ({
    id,
    type: 'function',
    function: { name: called?.name, arguments: called?.arguments },
  }));
  const isEmpty = content === null || content === undefined || content === '';
  return {
    role,
    // Beside a call of tools, or a refusal, an empty content says nothing.
    ...(isEmpty && (calls.length > 0 || refusal) ? {} : { content: content ?? '' }),
    ...(name === undefined ? {} : { name }),
    ...(refusal ? { refusal } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(tool_call_id === undefined ? {} : { tool_call_id }),
    // 0 and 1 tell the trainer which answers to learn from; what else it is, the check says.
    ...(message['weight'] === undefined ? {} : { weight: message['weight'] }),
  };
}

/** Members beside the messages, as in the request. */
export function toToolMembers({ example }: Selected): Record<string, unknown> {
  if (example.tools.length === 0) return {};
  const { tools, parallel_tool_calls } = example;
  return { tools, ...(parallel_tool_calls === false ? { parallel_tool_calls } : {}) };
}
