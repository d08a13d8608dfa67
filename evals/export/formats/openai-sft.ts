/** OpenAI's supervised fine-tuning: `{messages, tools?, parallel_tool_calls?}`, the last message the assistant's. */
import { isRefusal } from '../select.ts';
import { checkChatLine } from '../validate.ts';
import { type ExportFormat, toJsonLine } from './format.ts';
import { toAsked, toTarget, toToolMembers } from './messages.ts';

export const openaiSft: ExportFormat = {
  name: 'openai_sft',
  extension: 'jsonl',
  header: '',
  toRecord(selected) {
    const asked = toAsked(selected);
    if (isRefusal(asked)) return asked;
    const target = toTarget(selected);
    if (isRefusal(target)) return target;
    return { messages: [...asked, target], ...toToolMembers(selected) };
  },
  toLine: toJsonLine,
  validate: (line) => checkChatLine(line),
};
