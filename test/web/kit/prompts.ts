/** Prompts as an app makes them, and the pages that show them. */
import type { PromptObject, PromptVersion } from '../../../console/contract/prompts.ts';
import type { RealConsole } from './real-console.ts';

const ASK = { role: 'user', content: '{{question}}' };
export const FIRST = {
  messages: [{ role: 'system', content: 'You answer for {{shop}} in two sentences.' }, ASK],
  model: 'gpt-4o-mini',
  params: { temperature: 0.3 },
};
export const SECOND = {
  messages: [{ role: 'system', content: 'You answer for {{shop}} in one sentence.' }, ASK],
  model: 'gpt-4o',
  params: { temperature: 0.3, max_output_tokens: 200 },
};

let made = 0;

/** A prompt with two versions, `production` at the first one, unless told otherwise. */
export async function makePrompt(
  { v1 }: Pick<RealConsole, 'v1'>,
  options: { name?: string; versions?: 1 | 2; labels?: string[] } = {},
): Promise<PromptObject> {
  const { name = `answer-${++made}`, versions = 2, labels = ['production'] } = options;
  const prompt = await v1<PromptObject>('POST', '/prompts', {
    ...FIRST,
    name,
    labels,
    note: 'The first one',
  });
  if (versions === 2) await publish({ v1 }, prompt.id, { note: 'Shorter' });
  return v1<PromptObject>('GET', `/prompts/${prompt.id}`);
}

/** The next version, as somebody else publishes it. */
export function publish(
  { v1 }: Pick<RealConsole, 'v1'>,
  id: string,
  changes: Record<string, unknown> = {},
): Promise<PromptVersion> {
  return v1<PromptVersion>('POST', `/prompts/${id}/versions`, { ...SECOND, ...changes });
}

export const promptPath = ({ project_id }: Pick<RealConsole, 'project_id'>, id: string, query = ''): string =>
  `/p/${project_id}/prompts/${id}${query}`;
