/** A newcomer's first minute, for real: every room running, a browser, the one-time link, and the stock SDK. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import OpenAI from 'openai';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootSekisho } from '../kit/boot.ts';
import { launchBrowser, openVisit } from './kit/browser.ts';

const BUILD = join(import.meta.dirname, '..', '..', 'deploy', 'bootstrap', 'run.mjs');
const PASSWORD = 'a long enough pass phrase';

let browser: Browser;

beforeAll(async () => {
  const built = spawnSync(process.execPath, [BUILD, 'build'], { encoding: 'utf8' });
  expect(built.status, built.stderr).toBe(0);
  browser = await launchBrowser();
}, 120_000);
afterAll(() => browser.close());

test('from the set-up link to the first request, seen live, without a manual', async () => {
  const sekisho = await bootSekisho();
  const { page, misdeeds } = await openVisit(browser, sekisho.urls.console);
  await page.goto(sekisho.urls.setup ?? '');
  await page.fill('input[autocomplete=name]', 'Hanako');
  await page.fill('input[type=email]', 'hanako@example.com');
  await page.fill('input[type=password]', PASSWORD);
  await page.click('button[type=submit]');
  await page.waitForSelector('text=Waiting for the first request');

  // What a person copies from the page is all that the app is given.
  await page.click('button[aria-label="Show the key"]');
  const shown = await page.innerText('main');
  const baseURL = /https?:\/\/\S+\/v1/.exec(shown)?.[0];
  const apiKey = /sk-sekisho-\w+/.exec(shown)?.[0];
  expect(baseURL).toBe(sekisho.urls.gateway);
  const app = new OpenAI({ baseURL: baseURL ?? '', apiKey: apiKey ?? '', maxRetries: 0 });
  const refused = new OpenAI({ baseURL: baseURL ?? '', apiKey: 'sk-sekisho-mistyped', maxRetries: 0 });
  await expect(refused.models.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
  await page.waitForSelector('text=/refused/');
  await app.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: '関所とは何ですか' }],
    user: 'hanako',
  });
  await page.waitForSelector('text=The first request has arrived');

  await page.click('a:has-text("Open it")');
  await page.waitForSelector('article');
  const conversation = await page.innerText('article');
  expect(conversation).toContain('関所とは何ですか');
  await page.keyboard.press('Escape');

  // The list goes on by itself.
  await page.waitForSelector('[role=row]:has-text("関所とは何ですか")');
  await app.responses.create({ model: 'gpt-4o-mini', input: 'the second one, please', stream: false });
  await page.waitForSelector('[role=row]:has-text("the second one, please")');
  expect(misdeeds).toEqual([]);
  await sekisho.stop();
});
