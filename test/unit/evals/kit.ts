/** Graders' tools whose model is a function of the test. */
import type { AskModel, GraderTools } from '../../../evals/graders/verdict.ts';

type Question = Parameters<AskModel>[0];

/** Without `answer` nothing may be asked. */
export function tools(answer?: (question: Question) => { status: number; body: unknown }): GraderTools {
  return {
    ask: (question) => {
      if (!answer) throw new Error('nobody should be asked');
      return Promise.resolve(answer(question));
    },
    embeddingModel: '',
    judgeFormats: new Map(),
  };
}

/** A chat completion that says `content`. */
export const says = (content: string | null, refusal: string | null = null) => ({
  status: 200,
  body: { choices: [{ message: { role: 'assistant', content, refusal } }] },
});
