/** Calls that go through the prompt, and calls that look into the help pages. */
import OpenAI from 'openai';
import type { Desk } from './desk.ts';
import { type Asked, LOOK_UPS, QUESTIONS } from './questions.ts';
import { PROMPT_NAME } from './prompt.ts';

/** A question that was answered, by the id of its answer. */
export type Answered = Asked & { response_id: string };

/**
 * Asks every question through the prompt: by its name as a model, every third one as a response with a prompt. Resolves
 * to those that were answered.
 */
export async function askThroughPrompt(desk: Desk, prompt_id: string): Promise<Answered[]> {
  const answered: Answered[] = [];
  for (const [i, asked] of QUESTIONS.entries()) {
    const options = { headers: toHeaders(desk, asked, `prompt-${i}`, 'support,prompt'), signal: desk.signal };
    const variables = { question: asked.question };
    const metadata = { app: 'support-desk' };
    const response_id = await tryCall(desk, async () => {
      if (i % 3 === 2) {
        const prompt = { id: prompt_id, variables };
        return (await desk.client.responses.create({ prompt, metadata }, options)).id;
      }
      const body = { model: `prompt:${PROMPT_NAME}`, messages: [], prompt_variables: variables, metadata };
      return (await desk.client.chat.completions.create(body, options)).id;
    });
    if (response_id) answered.push({ ...asked, response_id });
  }
  desk.tell('calls', `${answered.length} of ${QUESTIONS.length} questions answered through the prompt`);
  return answered;
}

/** Asks the help pages, with citations in the answers. */
export async function askSource(desk: Desk, vector_store_id: string): Promise<void> {
  const tools = [{ type: 'file_search' as const, vector_store_ids: [vector_store_id], max_num_results: 4 }];
  let citations = 0;
  let count = 0;
  for (const [i, asked] of LOOK_UPS.entries()) {
    const options = {
      headers: toHeaders(desk, asked, `look-up-${i}`, 'support,file_search'),
      signal: desk.signal,
    };
    const body = { model: desk.models.answer, input: asked.question, tools };
    const answer = await tryCall(desk, () => desk.client.responses.create(body, options));
    if (!answer) continue;
    count++;
    citations += JSON.stringify(answer.output).split('"file_citation"').length - 1;
  }
  desk.tell(
    'searches',
    `${count} of ${LOOK_UPS.length} answered from the help pages, with ${citations} citations`,
  );
}

const toHeaders = ({ run }: Desk, { user }: Asked, name: string, tags: string): Record<string, string> => ({
  'x-session-id': `${name}-${run}`,
  'x-user-id': user,
  'x-tags': tags,
});

/** A call that fails is one more thing to see in the console; only what stops the demo stops it. */
async function tryCall<T>(desk: Desk, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    desk.signal.throwIfAborted();
    if (error instanceof OpenAI.AuthenticationError || !(error instanceof OpenAI.APIError)) throw error;
    return undefined;
  }
}
