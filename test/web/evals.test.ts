/** From a dataset to a file that a model is trained on, by people who do not code, against the real rooms. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { EvalObject } from '../../console/contract/evals.ts';
import type { EvalRunObject } from '../../console/contract/eval-runs.ts';
import type { PromptObject } from '../../console/contract/prompts.ts';
import { waitUntil } from '../kit/wait.ts';
import { makeCompared, makeDataset, makeEval, makeTwoVersions, QUESTIONS } from './kit/evals.ts';
import { useRealConsole } from './kit/use-real-console.ts';

const real = useRealConsole();
const dialog = 'dialog[open]';

/** Starts a run of one version; resolves on its page, once it is over. */
async function startRun(page: Page, version: string): Promise<void> {
  await page.waitForSelector(`${dialog} form`);
  await page.selectOption(`${dialog} select >> nth=3`, version);
  await page.click(`${dialog} button[type=submit]`);
  await page.waitForURL('**/runs/evalrun_*');
  await page.waitForSelector('section >> text=Completed');
}

describe('an evaluation', () => {
  it('is built, tried, run twice, compared, and moves the label to the better version', async () => {
    const { project_id, visit, v1 } = real();
    const [dataset, prompt] = [await makeDataset(real()), await makeTwoVersions(real())];
    const { page } = await visit();
    await page.goto(`/p/${project_id}/evals`);
    await page.click('a:has-text("New evaluation")');
    await page.fill('form input >> nth=0', 'Answers of the support desk');
    await page.selectOption('form select >> nth=0', { label: `${dataset.name} (8 items)` });
    await page.waitForSelector(`dd:has-text("${QUESTIONS[0]}")`);
    await page.click('button:has-text("Text equals or contains")');
    const texts = page.locator('article textarea');
    expect(await texts.nth(0).inputValue()).toBe('{{sample.output_text}}');
    expect(await texts.nth(1).inputValue()).toBe('{{item.expected}}');

    // A placeholder is clicked, never typed; what it would say of an answer is seen before anything is saved.
    await texts.nth(1).fill('');
    await page.click('article button:has-text("Expected answer")');
    expect(await texts.nth(1).inputValue()).toBe('{{item.expected}}');
    await texts.nth(1).fill('Osaka');
    await page.fill('section:has(dl) textarea', 'It comes from Nagoya.');
    await page.click('button:has-text("Try the criteria")');
    await page.waitForSelector('section:has(dl) li:has-text("Failed")');
    await page.fill('section:has(dl) textarea', 'It comes from OSAKA.');
    await page.click('button:has-text("Try the criteria")');
    await page.waitForSelector('section:has(dl) li:has-text("Passed")');
    await page.click('form button[type=submit]');

    // It asks for its first run at once.
    await page.waitForSelector(`${dialog} form`);
    await page.selectOption(`${dialog} select >> nth=2`, { label: prompt.name });
    await page.waitForSelector(`${dialog} fieldset code:has-text("question")`);
    await startRun(page, '1');
    await page.waitForSelector('text=0 of 8 passed');
    expect(await page.locator('tbody tr').count()).toBe(QUESTIONS.length);

    await page.click('header a:has-text("Answers of the support desk")');
    await page.click('header button:has-text("Run")');
    await startRun(page, '2');
    await page.waitForSelector('text=8 of 8 passed');

    await page.click('header a:has-text("Answers of the support desk")');
    await page.check('tbody input >> nth=0');
    await page.check('tbody input >> nth=1');
    await page.click('button:has-text("Compare")');
    await page.waitForSelector('text=Answers got better');
    expect(page.url()).toMatch(/baseline=evalrun_.*candidate=evalrun_/);
    const row = await page.innerText('tbody tr');
    expect(row).toMatch(/Better\s+0\s*→\s*1/);
    expect(row).toMatch(/0%\s*→\s*100%\s+0\.0078/);
    await page.click('button:has-text("Move “production” to v2")');
    await page.waitForSelector(`${dialog} >> text=get version 2 instead of 1`);
    await page.click(`${dialog} button:has-text("Move the label")`);
    await page.waitForSelector('text=is at v2');
    expect((await v1<PromptObject>('GET', `/prompts/${prompt.id}`)).labels).toEqual({ production: 2 });
  });

  it('shows an item with its reasons, walks by keys, and keeps its place in the address', async () => {
    const { visit, project_id } = real();
    const { eval_id, runs } = await makeCompared(real(), { judge: true });
    const { page } = await visit();
    await page.goto(`/p/${project_id}/evals/${eval_id}/runs/${runs[0].id}?status=fail`);
    await page.waitForSelector('tbody tr');
    await page.keyboard.press('j');
    await page.waitForSelector('aside >> text=Friendly, and it answers what was asked.');
    await page.keyboard.press('j');
    await page.waitForSelector('aside h2:has-text("Item 2")');
    await page.reload();
    await page.waitForSelector('aside h2:has-text("Item 2")');
    expect(await page.getAttribute('aside a', 'href')).toMatch(/\/calls\?call=[0-9a-f]{32}\.[0-9a-f]{16}$/);
    await page.keyboard.press('Escape');
    await page.waitForSelector('aside', { state: 'detached' });
    await page.goto(`/p/${project_id}/evals/${eval_id}/runs/${runs[1].id}`);
    await page.click('header a:has-text("Compare")');
    await page.waitForURL(`**baseline=${runs[0].id}**`);
    await page.waitForSelector('text=Answers got better');
    await page.goto(`/p/${project_id}/evals/${eval_id}/runs/${runs[0].id}?status=fail`);
    await page.click('button:has-text("Passed")');
    await page.waitForSelector('text=No such item');
  });

  it('puts what failed into a dataset', async () => {
    const { visit, project_id, v1 } = real();
    const { eval_id, runs } = await makeCompared(real());
    const { page } = await visit();
    await page.goto(`/p/${project_id}/evals/${eval_id}/runs/${runs[0].id}`);
    await page.click('button:has-text("Failing items to a dataset")');
    await page.fill(`${dialog} input`, 'To be looked at');
    await page.click(`${dialog} button[type=submit]`);
    await page.waitForSelector('text=8 items were added.');
    const href = (await page.getAttribute(`${dialog} a`, 'href')) ?? '';
    await waitUntil('its items', async () => {
      const { items } = await v1<{ items: number }>('GET', `/datasets/${href.split('/').at(-1)}`);
      return items === QUESTIONS.length;
    });
  });

  it('shows a run while it goes on, and can be cancelled', async () => {
    const { visit, project_id, v1, upstream } = real();
    const [dataset, prompt] = [await makeDataset(real()), await makeTwoVersions(real(), 'slow-one')];
    const evaluation = await makeEval(real());
    upstream.script({ contains: 'Where is my order 88213?' }, {});
    upstream.script({ contains: 'You answer for a shop.' }, { hang: 'head' });
    const run = await v1<EvalRunObject>('POST', `/evals/${evaluation.id}/runs`, {
      name: 'Slow',
      data_source: {
        type: 'completions',
        source: { type: 'dataset', dataset_id: dataset.id },
        prompt: { id: prompt.id, version: '1', variables: { question: '{{item.input}}' } },
      },
    });
    const { page } = await visit();
    await page.goto(`/p/${project_id}/evals/${evaluation.id}`);
    await page.waitForSelector('tbody [role=progressbar][aria-valuemax="8"]');
    await page.click('tbody a');
    await page.click('header button:has-text("Cancel the run")');
    await page.click(`${dialog} button:has-text("Cancel the run")`);
    await page.waitForSelector('section >> text=Cancelled');
    upstream.reset();
    expect((await v1<EvalRunObject>('GET', `/evals/${evaluation.id}/runs/${run.id}`)).status).toBe(
      'canceled',
    );
  });

  it('gets a schedule in words, that is paused and deleted again', async () => {
    const { visit, project_id, v1 } = real();
    const [dataset, evaluation] = [await makeDataset(real()), await makeEval(real())];
    const { page } = await visit();
    await page.goto(`/p/${project_id}/evals/${evaluation.id}?tab=schedules`);
    await page.click('button:has-text("New schedule")');
    await page.selectOption(`${dialog} select >> nth=0`, 'weekly');
    await page.fill(`${dialog} input[type=time]`, '18:30');
    await page.waitForSelector(`${dialog} >> text=/Next: .*18:30/`);
    await page.selectOption(`${dialog} select[id]:has(option:has-text("${dataset.name}"))`, {
      value: dataset.id,
    });
    await page.check(`${dialog} input[value=logged]`);
    await page.click(`${dialog} button[type=submit]`);
    await page.waitForSelector('td:has-text("Active")');
    const row = await page.innerText('tbody tr');
    expect(row).toContain('Every Monday at 18:30 · Asia/Tokyo');
    const { data } = await v1<{ data: { cron: string }[] }>('GET', `/evals/${evaluation.id}/schedules`);
    expect(data.map(({ cron }) => cron)).toEqual(['30 18 * * 1']);
    await page.click('tbody button >> nth=0');
    await page.waitForSelector('td:has-text("Paused")');
    await page.click('tbody button >> nth=2');
    await page.click(`${dialog} button:has-text("Delete the schedule")`);
    await page.waitForSelector('text=It runs only when somebody starts it');
  });

  it('changes its criteria, and is deleted after asking', async () => {
    const { visit, project_id, v1 } = real();
    const evaluation = await makeEval(real());
    const { page } = await visit();
    await page.goto(`/p/${project_id}/evals/${evaluation.id}?tab=criteria`);
    await page.click('button:has-text("Change the criteria")');
    await page.fill('article input', 'Names the city');
    await page.click('button:has-text("A model chooses a label")');
    await page.click('button:has-text("Save the criteria")');
    await page.waitForSelector('[role=alert]:has-text("Name the model that judges.")');
    await page.fill('article:nth-child(2) input[list]', 'gpt-4o');
    await page.click('button:has-text("Save the criteria")');
    await page.waitForSelector('text=Passes with: good');
    const { testing_criteria } = await v1<EvalObject>('GET', `/evals/${evaluation.id}`);
    expect(testing_criteria.map(({ name }) => name)).toEqual(['Names the city', 'Verdict']);
    await page.click('button[aria-label="Delete the evaluation"]');
    await page.click(`${dialog} button:has-text("Delete")`);
    await page.waitForURL('**/evals');
    await expect(v1('GET', `/evals/${evaluation.id}`)).rejects.toThrow('404');
  });

  it('lets readers look and change nothing', async () => {
    const { visit, project_id } = real();
    const { eval_id, runs } = await makeCompared(real());
    const { page } = await visit({ as: 'viewer' });
    await page.goto(`/p/${project_id}/evals/${eval_id}`);
    await page.waitForSelector('tbody tr');
    expect(await page.locator('header button').count()).toBe(0);
    expect(await page.locator('tbody button').count()).toBe(0);
    await page.goto(
      `/p/${project_id}/evals/${eval_id}/compare?baseline=${runs[0].id}&candidate=${runs[1].id}`,
    );
    await page.waitForSelector('text=Answers got better');
    expect(await page.locator('button:has-text("Move")').count()).toBe(0);
  });
});
