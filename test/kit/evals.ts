/** What tests of evaluations share. */
import type OpenAI from 'openai';
import { waitUntil } from './wait.ts';

export const ITEM_SCHEMA = {
  type: 'object',
  properties: { question: { type: 'string' }, answer: { type: 'string' } },
  required: ['question', 'answer'],
};
export const CUSTOM = { type: 'custom', item_schema: ITEM_SCHEMA, include_sample_schema: true } as const;
/** Whether the answer holds what the item expects. */
export const EQUAL = {
  type: 'string_check',
  name: 'equal',
  input: '{{ sample.output_text }}',
  reference: '{{ item.answer }}',
  operation: 'ilike',
} as const;

/** A chat completion that says `text`, for the scripted upstream. */
export function chatAnswer(text: string): object {
  return {
    id: 'chatcmpl-scripted',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'scripted',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, refusal: null },
        finish_reason: 'stop',
        logprobs: null,
      },
    ],
    usage: { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 },
  };
}

/** The run when it is over, however it ended. */
export function waitForRun(client: OpenAI, eval_id: string, run_id: string, ms = 60_000) {
  return waitUntil(
    `the end of run ${run_id}`,
    async () => {
      const run = await client.evals.runs.retrieve(run_id, { eval_id });
      return run.status === 'queued' || run.status === 'in_progress' ? undefined : run;
    },
    ms,
  );
}
