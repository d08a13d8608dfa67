/** The second half of the walk around the loop: which version is better, its release, a source, an export, who did it. */
import { readFile } from 'node:fs/promises';
import { OWNER } from './real-console.ts';
import { rowOf } from './loop-build.ts';
import type { Story } from './loop-words.ts';
import { writeTemp } from './sources.ts';
import type { Walk } from './walk.ts';

/** An evaluation by a rule and by a judge, tried on one item before it is saved. */
export async function makeEvaluation(walk: Walk, story: Story): Promise<void> {
  const { page, t, go, main, button, link, field, see, shot } = walk;
  await go('evals');
  await link(t('evals.create'), main).first().click();
  await field(t('evals.name')).fill(story.evaluation);
  const count = story.questions.length;
  const option = t('item_source.option', { name: story.dataset, n: count }, count);
  await field(t('item_source.dataset')).last().selectOption({ label: option });
  const trial = page.getByRole('region', { name: t('trial.title') });
  await trial.getByText(t('eval_items.input'), { exact: true }).waitFor();

  await main.getByRole('button', { name: t('criteria.kind_string_check') }).click();
  const rule = page.getByRole('article', { name: t('criteria.kind_string_check') });
  await field(t('criteria.operation'), rule).selectOption('ilike');
  await field(t('criteria.reference'), rule).fill(story.shop);
  await shot('new-evaluation');
  await main.getByRole('button', { name: t('criteria.kind_score_model') }).click();
  const judge = page.getByRole('article', { name: t('criteria.kind_score_model') });
  await field(t('criteria.judge'), judge).fill('demo-large');
  await button(t('trial.run'), trial).click();
  const results = trial.getByRole('listitem');
  await results
    .filter({ hasText: t('criteria.name_string_check') })
    .getByText(t('eval_runs.mark_fail'))
    .waitFor();
  await see(walk.locale === 'ja' ? 'シミュレーション' : 'Simulated', results.nth(1));
  await shot('trial');
  await button(t('evals.save'), main).click();
}

/** A run of one version of the prompt, watched to its end. */
export async function runVersion(walk: Walk, story: Story, version: 1 | 2): Promise<void> {
  const { page, t, main, dialog, button, link, field, see, shot } = walk;
  if (version === 2) {
    await link(story.evaluation, main).click();
    await button(t('eval_runs.start'), main.locator('header')).click();
  } else {
    await field(t('run_form.prompt'), dialog).selectOption({ label: story.prompt });
  }
  await field(t('run_form.version'), dialog).selectOption(String(version));
  // The variable of the prompt has found the question of the item by itself.
  const variable = field(t('run_form.variable', { name: 'question' }), dialog);
  await variable.locator('option:checked', { hasText: 'item.input' }).waitFor({ state: 'attached' });
  await shot(`run-form-${version}`);
  await button(t('run_form.start'), dialog).click();
  await page.getByRole('heading', { name: `${story.prompt} v${version}` }).waitFor();
  await see(t('eval_runs.is_completed'), main);
  const passed = t('eval_runs.of_criterion', { passed: version === 1 ? 0 : 6, of: 6 });
  await see(passed, main);
  await shot(`run-${version}`);
}

/** The verdict, and what follows from it. */
export async function compareAndRelease(walk: Walk, story: Story): Promise<void> {
  const { t, main, dialog, link, button, see, shot } = walk;
  await link(t('eval_runs.compare'), main).click();
  await see(t('eval_compare.says_better'), main);
  await shot('compare');
  await button(t('eval_compare.promote', { label: 'production', version: 2 }), main).click();
  await see(t('eval_compare.promote_from', { name: story.prompt, version: 2, before: 1 }), dialog);
  await shot('promote');
  await button(t('eval_compare.promote_action'), dialog).click();
  await see(t('eval_compare.is_live', { label: 'production', name: story.prompt, version: 2 }), main);
}

/** The newest call of the list, which asked the first question, was made of version 2; `calls` are of the app. */
export async function seeSecondAnswer(walk: Walk, story: Story, calls: number): Promise<void> {
  const { page, t, go, dialog, button, see, shot } = walk;
  await go('calls');
  const filters = page.getByRole('complementary', { name: t('facets.title') });
  await filters.getByTitle(story.prompt, { exact: true }).click();
  const row = rowOf(walk, story.questions[0]).first();
  await see(story.shop, row);
  await row.click();
  const peek = page.getByRole('complementary', { name: t('peek.title'), exact: true });
  await see(`${story.prompt}@2`, peek);
  await shot('answered-by-2');
  await page.keyboard.press('Escape');
  // The list has the calls of the two runs as well, of which no dataset is made.
  await button(t('calls.to_dataset')).click();
  await see(t('add_to_dataset.matching', { n: calls }, calls), dialog);
  await shot('to-dataset-again');
  await button(t('dialog.cancel'), dialog).click();
}

/** Documents that are found by a question. */
export async function makeSource(walk: Walk, story: Story): Promise<void> {
  const { page, t, go, main, dialog, button, field, see, shot } = walk;
  await go('sources');
  await button(t('sources.create'), main).first().click();
  await field(t('sources.name'), dialog).fill(story.source);
  await shot('new-source');
  await button(t('new_source.submit'), dialog).click();
  await page.getByRole('heading', { name: story.source }).waitFor();
  await main.locator('input[type=file]').setInputFiles(writeTemp(story.file.name, story.file.text));
  await see(t('source_files.is_completed'), main.getByRole('row', { name: story.file.name }));
  await shot('source');
  await page.getByRole('tab', { name: t('source.tab_try') }).click();
  await field(t('try_source.question')).fill(story.file.question);
  await button(t('try_source.ask'), main).click();
  const hit = main.getByRole('listitem').filter({ hasText: story.file.name }).first();
  await hit.filter({ hasText: story.file.found }).waitFor();
  await shot('try-source');
}

/** The calls of the prompt as a file to train with; its lines. */
export async function exportCalls(walk: Walk, story: Story, calls: number): Promise<string[]> {
  const { page, t, go, main, button, link, field, see, shot } = walk;
  const next = () => button(t('export_wizard.next'), main).click();
  await go('exports');
  await link(t('exports.create'), main).first().click();
  await main.getByRole('radio', { name: t('item_source.calls') }).check();
  const prompts = main.getByRole('group', { name: t('call_source.prompt') });
  await prompts
    .getByRole('button', { name: story.prompt })
    .filter({ hasText: new RegExp(`^${story.prompt}\\s*\\d`) })
    .click();
  await see(t('call_source.matching', { n: calls }, calls), main);
  await shot('export-source');
  await next();
  await see(t('export_wizard.title_keep'), main);
  await shot('export-keep');
  await next();
  await main.getByRole('radio', { name: t('export_format.openai_sft') }).check();
  await shot('export-format');
  await next();
  await field(t('export_wizard.name')).fill(story.exported);
  await see(t('funnel.corrected', { n: 1 }, 1), main);
  await shot('export-check');
  await button(t('export_wizard.make'), main.locator('footer')).click();
  await page.getByRole('heading', { name: story.exported }).waitFor();
  await see(t('exports.is_completed'), main);
  await shot('export');
  const download = page.waitForEvent('download');
  await main.getByRole('link', { name: t('export_page.file_train') }).click();
  return (await readFile(await (await download).path(), 'utf8')).trimEnd().split('\n');
}

/** Who moved the label, and from where to where. */
export async function seeAudit(walk: Walk, story: Story): Promise<void> {
  const { page, t, go, main, see, shot } = walk;
  await go('audit');
  const row = main
    .getByRole('row')
    .filter({ hasText: OWNER.email })
    .filter({ has: page.getByText(t('audit_kinds.prompt'), { exact: true }) })
    .filter({ hasText: story.prompt });
  await row.first().getByRole('button').click();
  const detail = page.getByRole('complementary', { name: t('audit.detail') });
  await see('labels.production', detail);
  await see(OWNER.email, detail);
  await shot('audit');
}
