/** The first half of the walk around the loop: a prompt, what people say of its answers, a dataset. */
import { waitUntil } from '../../kit/wait.ts';
import { OWNER } from './real-console.ts';
import type { Story } from './loop-words.ts';
import type { Walk } from './walk.ts';

/** A row of the list of calls. */
export const rowOf = ({ main }: Walk, text: string) => main.locator('[role=row]', { hasText: text });
export const rowsOf = ({ main }: Walk) => main.locator('[role=row][aria-selected]');

export async function signIn({ page, t, field, button, shot }: Walk): Promise<void> {
  await page.goto('/');
  await field(t('fields.email')).fill(OWNER.email);
  await field(t('fields.password')).fill(OWNER.password);
  await shot('sign-in');
  await button(t('sign_in.submit')).click();
  await page.getByRole('navigation', { name: t('shell.rail') }).waitFor();
}

/** A prompt that is live only after it has been tried. */
export async function makePrompt(walk: Walk, story: Story): Promise<void> {
  const { page, t, go, main, link, field, button, see, shot } = walk;
  await go('prompts');
  await page.getByRole('heading', { name: t('prompts.title') }).waitFor();
  await shot('prompts');
  await link(t('prompts.create'), main).first().click();
  await field(t('prompt.name')).fill(story.prompt);
  const textOf = (role: string, n: number) =>
    field(t('studio.text_of', { role: t(`message_roles.${role}`), n }));
  await textOf('system', 1).fill(story.system);
  await textOf('user', 2).fill(story.first);
  await field(t('studio.model')).fill('demo-small');
  await page.getByLabel(t('prompt.live', { label: 'production' })).uncheck();
  await shot('new-prompt');
  await button(t('prompts.create')).click();
  await see(t('prompt.as_published', { n: 1 }));
}

/** Two cases of the studio, answered. */
export async function tryPrompt(walk: Walk, story: Story): Promise<void> {
  const { page, t, field, button, see, shot } = walk;
  const caseOf = (n: number) => field(t('studio.value_of', { name: 'question', n }));
  await caseOf(1).fill(story.questions[0]);
  await button(t('studio.add_case')).click();
  await caseOf(2).fill(story.questions[1]);
  await button(t('studio.run_all')).click();
  const table = page.getByRole('region', { name: t('studio.table') });
  for (const question of story.questions.slice(0, 2)) {
    await see(question, table.getByRole('row').locator('.verbatim'));
  }
  await waitUntil('two answers', async () => (await table.getByTitle(t('studio.tokens_why')).count()) === 2);
  await shot('studio');
}

/** The label `production`, from the versions of the prompt that is open. */
export async function releaseFirst(
  { page, t, button, dialog, see, shot }: Walk,
  story: Story,
): Promise<void> {
  await page.getByRole('tab', { name: t('prompt.tab_versions') }).click();
  await button(t('versions.move')).click();
  const target = `prompt:${story.prompt}@production`;
  await see(t('versions.set_means', { target, to: 1 }), dialog);
  await shot('move-label');
  await button(t('versions.move_action'), dialog).click();
  await page.getByRole('button', { name: 'production' }).first().waitFor();
  await dialog.waitFor({ state: 'detached' });
  await shot('versions');
}

/** What somebody thinks of two of the calls; then only what they disliked. */
export async function giveFeedback(walk: Walk, story: Story): Promise<void> {
  const { page, t, go, button, field, see, shot } = walk;
  const [name, value] = story.label;
  await go('calls');
  const filters = page.getByRole('complementary', { name: t('facets.title') });
  await filters.getByTitle(story.prompt, { exact: true }).click();
  await waitUntil('the six calls', async () => (await rowsOf(walk).count()) === story.questions.length);
  await shot('calls');

  await rowOf(walk, story.questions[0]).click();
  const peek = page.getByRole('complementary', { name: t('peek.title'), exact: true });
  await see(`${story.prompt}@1`, peek);
  await shot('call');
  await button(t('feedback.thumb_down'), peek).click();
  await peek.getByRole('button', { name: t('feedback.thumb_down'), pressed: true }).waitFor();
  await button(t('feedback.correct'), peek).first().click();
  await field(t('feedback.correction'), peek).fill(story.correction);
  await shot('correct');
  await button(t('feedback.save'), peek.locator('form').filter({ hasText: t('feedback.changes') })).click();
  await see(t('feedback.corrected_by_you'), peek);
  await field(t('feedback.label_name'), peek).fill(name);
  await field(t('feedback.label_value'), peek).fill(value);
  await button(t('feedback.add_label'), peek).click();
  await see(`${name}: ${value}`, peek);
  await shot('feedback');
  await rowOf(walk, story.questions[0]).getByTitle(t('marks.corrected')).waitFor();

  await page.keyboard.press('Escape');
  await rowOf(walk, story.questions[1]).click();
  await page.keyboard.press('u');
  await peek.getByRole('button', { name: t('feedback.thumb_up'), pressed: true }).waitFor();
  await page.keyboard.press('Escape');

  // The counts beside the list follow what was said.
  await filters.getByRole('button', { name: `${t('facets.said_up')} 1` }).waitFor();
  const disliked = filters.getByRole('button', { name: `${t('facets.said_down')} 1` });
  await disliked.click();
  await waitUntil('one call', async () => (await rowsOf(walk).count()) === 1);
  await rowOf(walk, story.questions[0]).waitFor();
  await shot('disliked');
  await disliked.click();
  await waitUntil('all calls', async () => (await rowsOf(walk).count()) === story.questions.length);
}

/** A dataset of the calls that the list shows; one of its items gets an expected answer as version 2. */
export async function makeDataset(walk: Walk, story: Story): Promise<void> {
  const { page, t, main, dialog, button, link, field, see, shot } = walk;
  const count = story.questions.length;
  await button(t('calls.to_dataset')).click();
  await see(t('add_to_dataset.matching', { n: count }, count), dialog);
  await field(t('datasets.name'), dialog).fill(story.dataset);
  await shot('to-dataset');
  await button(t('add_to_dataset.add_n', { n: count }, count), dialog).click();
  await link(t('add_to_dataset.open'), dialog).click();
  await page.getByRole('heading', { name: story.dataset }).waitFor();
  const items = main.locator('tbody tr');
  await items.filter({ hasText: story.correction }).waitFor();
  await waitUntil('the items', async () => (await items.count()) === count);
  await shot('dataset');

  await items.filter({ hasText: story.questions[1] }).getByRole('button').click();
  const panel = page.getByRole('complementary', { name: t('item.title') });
  await field(t('item_columns.expected'), panel).fill(story.expected);
  await shot('item');
  await button(t('item_draft.save', { n: 2 })).click();
  await see(t('item_draft.n_changed', { n: 1 }), dialog);
  await shot('save-version');
  await button(t('item_draft.save', { n: 2 }), dialog).click();
  await button(t('dataset.version', { n: 2 }), main).waitFor();
  await items.filter({ hasText: story.expected }).waitFor();
  await shot('dataset-2');
}

/** Another version, for those who ask for `staging`. */
export async function publishSecond(walk: Walk, story: Story): Promise<void> {
  const { t, go, main, dialog, link, button, field, see, shot } = walk;
  await go('prompts');
  await link(story.prompt, main).click();
  await field(t('studio.text_of', { role: t('message_roles.user'), n: 2 })).fill(story.second);
  await button(t('prompt.publish', { n: 2 })).click();
  await field(t('prompt.note'), dialog).fill(story.shop);
  await field(t('prompt.new_label'), dialog).fill('staging');
  await shot('publish');
  await button(t('prompt.publish', { n: 2 }), dialog).click();
  await see(t('prompt.as_published', { n: 2 }));
}
