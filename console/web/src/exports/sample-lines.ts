/** How a line looks in each format, for who has never seen one. */
import type { Format } from './export-draft.ts';

type Words = { question: string; answer: string; worse: string };

const assistant = (content: string) => ({ role: 'assistant', content });

/** One line, short enough to be read at a glance. */
export function toSampleLine(format: Format, { question, answer, worse }: Words): string {
  const user = { role: 'user', content: question };
  if (format === 'csv') return `input,answer,corrected\n${question},${answer},false`;
  if (format === 'openai_dpo') {
    return JSON.stringify({
      input: { messages: [user] },
      preferred_output: [assistant(answer)],
      non_preferred_output: [assistant(worse)],
    });
  }
  return JSON.stringify({ messages: [user, assistant(answer)] });
}
