/** Once around the loop by somebody who never opens a terminal; only the app's own calls are made for them. */
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../kit/wait.ts';
import {
  giveFeedback,
  makeDataset,
  makePrompt,
  publishSecond,
  releaseFirst,
  signIn,
  tryPrompt,
} from './kit/loop-build.ts';
import {
  compareAndRelease,
  exportCalls,
  makeEvaluation,
  makeSource,
  runVersion,
  seeAudit,
  seeSecondAnswer,
} from './kit/loop-judge.ts';
import { STORIES, type Story } from './kit/loop-words.ts';
import { useRealConsole } from './kit/use-real-console.ts';
import { startWalk } from './kit/walk.ts';

const real = useRealConsole({ demo: true });
const WALK_MS = 120_000;

type Answer = { choices: { message: { content: string } }[] };
type Line = { messages: { role: string; content: string }[] };

/** The app: it knows the name of the prompt and nothing else of it. */
async function ask({ prompt }: Story, question: string): Promise<string> {
  const body = { model: `prompt:${prompt}@production`, messages: [], prompt_variables: { question } };
  const answer = await real().v1<Answer>('POST', '/chat/completions', body);
  return answer.choices[0]?.message.content ?? '';
}

describe.each(['en', 'ja'] as const)('the whole loop, in %s', (locale) => {
  it(
    'goes from a first prompt to a better one and to training data',
    async () => {
      const story = STORIES[locale];
      const walk = await startWalk(real(), locale);
      await signIn(walk);
      await makePrompt(walk, story);
      await tryPrompt(walk, story);
      await releaseFirst(walk, story);
      await waitUntil('the label to be known everywhere', () =>
        ask(story, story.questions[0]).then(
          () => true,
          () => false,
        ),
      );
      for (const question of story.questions.slice(1)) await ask(story, question);
      await real().sekisho.flush();

      await giveFeedback(walk, story);
      await makeDataset(walk, story);
      await publishSecond(walk, story);
      await makeEvaluation(walk, story);
      await runVersion(walk, story, 1);
      await runVersion(walk, story, 2);
      await compareAndRelease(walk, story);

      // Within two seconds every call gets the other version.
      let calls = story.questions.length;
      await waitUntil('the second version', async () => {
        calls++;
        return (await ask(story, story.questions[0])).includes(story.shop);
      });
      await real().sekisho.flush();
      await seeSecondAnswer(walk, story, calls);

      await makeSource(walk, story);
      const lines = (await exportCalls(walk, story, calls)).map((line) => JSON.parse(line) as Line);
      expect(lines.length).toBeGreaterThan(story.questions.length);
      for (const { messages } of lines) {
        expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant']);
        expect(messages.every(({ content }) => content !== '')).toBe(true);
      }
      expect(lines.map(({ messages }) => messages.at(-1)?.content)).toContain(story.correction);
      await seeAudit(walk, story);
    },
    WALK_MS,
  );
});
