/**
 * Hugging Face's conversational form, as TRL and chat templates take it: `{messages, tools?}`. Unlike OpenAI's, content
 * is text, arguments of tool calls are an object (a template writes them as JSON itself), and nobody is a `developer`.
 */
import { isRefusal, refuse, type Refusal } from '../select.ts';
import { checkChatLine } from '../validate.ts';
import { type ExportFormat, toJsonLine } from './format.ts';
import { toAsked, toTarget, toToolMembers, type TrainingMessage } from './messages.ts';

export const hfMessages: ExportFormat = {
  name: 'hf_messages',
  extension: 'jsonl',
  header: '',
  toRecord(selected) {
    const asked = toAsked(selected);
    if (isRefusal(asked)) return asked;
    const target = toTarget(selected);
    if (isRefusal(target)) return target;
    const messages = [...asked, target].map(toTemplateForm);
    const { tools } = toToolMembers(selected);
    return messages.find(isRefusal) ?? { messages, ...(tools ? { tools } : {}) };
  },
  toLine: toJsonLine,
  validate: (line) => checkChatLine(line, { arguments: 'object' }),
};

type Call = { id: string; type: string; function: { name: string; arguments: string } };

function toTemplateForm(message: TrainingMessage): TrainingMessage | Refusal {
  const { weight: _weight, ...rest } = message;
  const content = toText(message['content'] ?? message['refusal'] ?? '');
  if (content === undefined) return refuse('image_part');
  const calls = (message['tool_calls'] ?? []) as Call[];
  const parsed = calls.map((call) => ({ ...call, function: parseArguments(call.function) }));
  if (parsed.some((call) => call.function === undefined)) return refuse('invalid_tool_arguments');
  const { refusal: _refusal, ...own } = rest;
  return {
    ...own,
    role: message.role === 'developer' ? 'system' : message.role,
    content,
    ...(calls.length > 0 ? { tool_calls: parsed } : {}),
  };
}

function toText(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  const parts = content as { type: string; text?: string; refusal?: string }[];
  if (parts.some(({ type }) => type === 'image_url')) return undefined;
  return parts.map(({ text, refusal }) => text ?? refusal ?? '').join('');
}

function parseArguments(called: Call['function']): { name: string; arguments: object } | undefined {
  try {
    const value: unknown = JSON.parse(called.arguments || '{}');
    return typeof value === 'object' && value !== null ? { ...called, arguments: value } : undefined;
  } catch {
    return undefined;
  }
}
