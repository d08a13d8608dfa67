/** A prompt that grew: three versions, the second in production, the third tried out. */
import type { PromptObject } from '../../../console/contract/prompts.ts';
import { type Desk, findNamed, get, post } from './desk.ts';
import { toNumberedPages } from './help-pages.ts';

export const PROMPT_NAME = 'support-answer';

const USER = { role: 'user', content: '{{question}}' };
const MANNERS =
  'You are the friendly support of the shop Aoba-do (あおば堂). Answer briefly, in the language of the question, and never promise what is not in the help pages.';

const VERSIONS = [
  { note: 'just the question', messages: [USER], labels: [] },
  {
    note: 'who we are, and how we speak',
    messages: [{ role: 'system', content: MANNERS }, USER],
    labels: ['production'],
  },
  {
    note: 'answers come from the help pages',
    messages: [
      { role: 'system', content: `${MANNERS} Name the page that you answer from.` },
      { role: 'system', content: toNumberedPages() },
      USER,
    ],
    labels: ['staging'],
  },
];

/** Makes the prompt, or what it lacks of its versions; versions of others are left as they are. */
export async function leavePrompt(desk: Desk): Promise<string> {
  const model = desk.models.answer;
  const found = await findNamed<PromptObject>(desk, '/prompts', PROMPT_NAME);
  const [first, ...later] = VERSIONS.map((version) => ({ ...version, model }));
  const prompt =
    found ??
    (await post<PromptObject>(desk, '/prompts', {
      ...first,
      name: PROMPT_NAME,
      description: 'Answers customers of the shop Aoba-do.',
    }));
  const missing = later.slice(Math.max(prompt.latest_version - 1, 0));
  for (const version of missing) await post(desk, `/prompts/${prompt.id}/versions`, version);
  const { latest_version, labels } = await get<PromptObject>(desk, `/prompts/${prompt.id}`);
  const shown = Object.entries(labels).map(([label, version]) => `${label} = ${version}`);
  const what = `${PROMPT_NAME}, ${latest_version} versions (${shown.join(', ')})`;
  desk.tell('prompt', found && missing.length === 0 ? `${what}, was there` : what);
  return prompt.id;
}
