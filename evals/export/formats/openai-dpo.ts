/**
 * OpenAI's direct preference optimisation: `{input: {messages, tools?, parallel_tool_calls?}, preferred_output: [the
 * correction], non_preferred_output: [what was answered]}`. Only what was corrected makes a pair.
 */
import { isRefusal, refuse } from '../select.ts';
import { checkPairLine } from '../validate.ts';
import { type ExportFormat, toJsonLine } from './format.ts';
import { toAnswered, toAsked, toCorrection, toToolMembers } from './messages.ts';

export const openaiDpo: ExportFormat = {
  name: 'openai_dpo',
  extension: 'jsonl',
  header: '',
  toRecord(selected) {
    if (selected.example.correction === '') return refuse('no_correction');
    const asked = toAsked(selected);
    if (isRefusal(asked)) return asked;
    const answered = toAnswered(selected);
    if (isRefusal(answered)) return answered;
    return {
      input: { messages: asked, ...toToolMembers(selected) },
      preferred_output: [toCorrection(selected)],
      non_preferred_output: [answered],
    };
  },
  toLine: toJsonLine,
  validate: checkPairLine,
};
