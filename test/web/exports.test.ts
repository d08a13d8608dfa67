/** Exports by people who do not code, against the real rooms. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ExportObject } from '../../console/contract/exports.ts';
import { makeCalls, makeDataset, makeExport } from './kit/evals.ts';
import { useRealConsole } from './kit/use-real-console.ts';

const real = useRealConsole();
const dialog = 'dialog[open]';

describe('an export', () => {
  it('is put together step by step, checked, made and downloaded', async () => {
    const { visit, project_id, v1 } = real();
    await makeCalls(real(), 16);
    const { page } = await visit();
    await page.goto(`/p/${project_id}/exports`);
    await page.click('a:has-text("New export")');
    await page.waitForSelector('text=16 calls match.');
    await page.click('button:has-text("Thumbs down")');
    await page.waitForSelector('text=4 calls match.');
    await page.click('main [role=group][aria-label=Feedback] button:has-text("Any")');
    await page.click('button:has-text("Continue")');
    await page.waitForSelector('h2:has-text("Which of them are good enough?")');
    await page.click('button:has-text("Continue")');
    await page.check('input[value=hf_messages]');
    await page.fill('input[type=range]', '0.2');
    await page.click('button:has-text("Continue")');

    // 16 calls, of which 4 got a thumb down; 2 of those were corrected and stay.
    await page.waitForSelector('text=Lines in the file');
    const funnel = (await page.innerText('section[aria-label="What is left"]')).replace(/\s+/g, ' ');
    expect(funnel).toContain('Calls 16');
    expect(funnel).toContain('Good enough 14 −2 somebody gave a thumb down');
    expect(funnel).toContain('Lines in the file 14');
    expect(funnel).toContain('In 2 lines a correction stands.');
    expect(await page.innerText('section[aria-label=Masked]')).toContain('E-mail addresses');
    expect(await page.innerText('article >> nth=0')).toContain('[EMAIL]');

    // All of it stands in the address.
    await page.fill('main input[type=text]', 'Support desk');
    await page.waitForURL(/name=Support(\+|%20)desk/);
    await page.reload();
    await page.waitForSelector('text=Lines in the file');
    await page.goBack();
    expect(await page.isChecked('input[value=hf_messages]')).toBe(true);
    await page.goForward();
    await page.click('footer button:has-text("Export")');
    await page.waitForURL('**/exports/export_*');
    await page.waitForSelector('main >> text=Completed');

    const download = page.waitForEvent('download');
    await page.click('a[download] >> nth=0');
    const text = await readFile(await (await download).path(), 'utf8');
    const lines = text.trimEnd().split('\n');
    expect(lines.every((line) => Array.isArray((JSON.parse(line) as { messages: unknown }).messages))).toBe(
      true,
    );
    const { data } = await v1<{ data: ExportObject[] }>('GET', '/exports');
    expect(data[0]).toMatchObject({ name: 'Support desk', format: 'hf_messages', counts: { lines: 14 } });
    expect(data[0]?.files.find(({ split }) => split === 'train')?.lines).toBe(lines.length);
  });

  it('of a dataset says what is left out and why, and warns of too few lines', async () => {
    const { visit, project_id } = real();
    const dataset = await makeDataset(real());
    const { page } = await visit();
    await page.goto(`/p/${project_id}/exports/new?dataset=${dataset.id}&step=check`);
    await page.waitForSelector('text=OpenAI does not train on fewer than 10 lines.');
    expect(await page.innerText('section[aria-label="What is left"]')).toContain('Items of the dataset');
    await page.goto(`/p/${project_id}/exports/new?source=dataset&step=check`);
    await page.waitForSelector('text=Choose a dataset first.');
    expect(await page.isDisabled('footer button:has-text("Export")')).toBe(true);
  });

  it('is made again with the same settings, and deleted with its files', async () => {
    const { visit, project_id, v1 } = real();
    await makeCalls(real(), 4);
    const options = { feedback: 'any', mask: false };
    const made = await makeExport(real(), { name: 'Once', format: 'csv', options });
    const { page } = await visit();
    await page.goto(`/p/${project_id}/exports/${made.id}`);
    await page.click('a:has-text("Make another like it")');
    await page.waitForURL('**/exports/new?**');
    const { searchParams } = new URL(page.url());
    expect(Object.fromEntries(searchParams)).toMatchObject({
      step: 'check',
      rule: 'any',
      mask: '0',
      format: 'csv',
    });
    await page.goBack();
    await page.click('button[aria-label="Delete the export"]');
    await page.click(`${dialog} button:has-text("Delete the export")`);
    await page.waitForURL('**/exports');
    await expect(v1('GET', `/exports/${made.id}`)).rejects.toThrow('404');
    await expect(v1('GET', `/files/${made.files[0]?.file_id}`)).rejects.toThrow('404');
  });
});
