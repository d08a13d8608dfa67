/** The audit log, of what was really done. */
import { describe, expect, it } from 'vitest';
import type { PromptObject } from '../../console/contract/prompts.ts';
import { waitUntil } from '../kit/wait.ts';
import { makePrompt, promptPath } from './kit/prompts.ts';
import { useRealConsole } from './kit/use-real-console.ts';

const real = useRealConsole();

describe('the audit log', () => {
  it('leads from a prompt to its history, and an older state back', async () => {
    const { visit, v1 } = real();
    const prompt = await makePrompt(real());
    await v1('POST', `/prompts/${prompt.id}`, { labels: { production: 2 } });
    const { page } = await visit();
    await page.goto(promptPath(real(), prompt.id));
    await page.click('button[aria-label="More"]');
    await page.click('[role=menuitem]:has-text("History")');
    await page.waitForURL(`**/audit?kind=prompt&id=${prompt.id}`);
    await page.waitForSelector(`text=History of Prompt ${prompt.name}`);
    expect(await page.locator('tbody tr').count()).toBe(3);

    await page.click('tbody tr >> nth=0 >> button');
    await page.waitForSelector('aside h4:has-text("labels.production")');
    const change = await page.innerText('aside div:has(> h4:has-text("labels.production"))');
    expect(change).toMatch(/1[\s\S]*2/);
    expect(await page.locator('aside button:has-text("Restore this state")').count()).toBe(0);

    await page.keyboard.press('j');
    await waitUntil('the one before', async () => (await page.innerText('aside')).includes('2 of 3'));
    await page.click('aside button:has-text("Restore this state")');
    await page.waitForSelector('dialog[open] >> text=Restore revision 2?');
    await page.click('dialog[open] button:has-text("Restore this state")');
    await waitUntil('a fourth revision', async () => (await page.locator('tbody tr').count()) === 4);
    expect((await v1<PromptObject>('GET', `/prompts/${prompt.id}`)).labels).toEqual({ production: 1 });
    await page.keyboard.press('Escape');
    await page.waitForSelector('aside', { state: 'detached' });
  });

  it('is narrowed by kind and by who, in the address', async () => {
    const { project_id, visit } = real();
    await makePrompt(real());
    const { page } = await visit();
    await page.goto(`/p/${project_id}/audit`);
    await page.waitForSelector('tbody tr');
    await page.selectOption('header select >> nth=0', { label: 'Prompt version' });
    await page.waitForURL('**kind=prompt_version');
    await waitUntil('versions alone', async () =>
      (await page.locator('tbody tr').allInnerTexts()).every((text) => text.includes('Prompt version')),
    );
    await page.selectOption('header select >> nth=1', { label: 'First key' });
    await page.waitForURL('**actor=key_**');
    const address = page.url();
    await page.reload();
    await page.waitForSelector('tbody tr');
    expect(page.url()).toBe(address);
    expect(await page.inputValue('header select >> nth=0')).toBe('prompt_version');

    await page.goto(`/p/${project_id}/audit?kind=export`);
    await page.waitForSelector('text=No change matches');
    await page.click('main button:has-text("Show all changes")');
    await page.waitForSelector('tbody tr');
  });

  it('shows older changes when asked, each once', async () => {
    const { project_id, visit, v1 } = real();
    const prompt = await makePrompt(real(), { versions: 1 });
    for (let n = 0; n < 105; n++) await v1('POST', `/prompts/${prompt.id}`, { description: `text ${n}` });
    const { page } = await visit();
    await page.goto(`/p/${project_id}/audit?kind=prompt&id=${prompt.id}`);
    await page.waitForSelector('text=Showing 100');
    await page.click('button:has-text("Show more")');
    await page.waitForSelector('text=Showing 106');
    expect(await page.locator('tbody tr').count()).toBe(106);
    expect(await page.locator('button:has-text("Show more")').count()).toBe(0);
  });

  it('is not for everybody', async () => {
    const { project_id, visit } = real();
    const { page } = await visit({ as: 'builder' });
    await page.goto(`/p/${project_id}/audit`);
    await page.waitForSelector('[role=alert]:has-text("Your role does not include this")');
    expect(await page.locator('nav a[aria-label="Audit log"]').count()).toBe(0);
  });
});
