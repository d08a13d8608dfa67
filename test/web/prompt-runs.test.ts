/** Trying a prompt out: cases against versions, through the real gateway to a scripted provider. */
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Recorded } from '../upstream/behaviour.ts';
import { waitUntil } from '../kit/wait.ts';
import { makePrompt, promptPath } from './kit/prompts.ts';
import { useRealConsole } from './kit/use-real-console.ts';

const real = useRealConsole();
const TABLE = 'section[aria-label="Try it"] table';
const CHAT = { path: '/v1/chat/completions' };
const ROW = `${TABLE} tbody tr`;

beforeEach(() => real().upstream.reset());

const cellsOf = (page: Page): Promise<string[]> =>
  page.locator(`${ROW} td:not(:has(textarea))`).allInnerTexts();
const chats = (): Recorded[] =>
  real().upstream.requests.filter(({ path }) => path.endsWith('/chat/completions'));

const PASTE = `(element, cells) => {
  const data = new DataTransfer();
  data.setData('text/plain', cells);
  data.setData('text/html', '<table><tr><td>x</td></tr></table>');
  element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}`;

/** Pastes into the first input as a spreadsheet does: text and a table. */
async function pasteCells(page: Page, text: string): Promise<void> {
  await page.waitForSelector(`${ROW} textarea`);
  const first = `document.querySelector(${JSON.stringify(`${ROW} textarea`)})`;
  await page.evaluate(`(${PASTE})(${first}, ${JSON.stringify(text)})`);
}

describe('running cases', () => {
  it('asks draft and version beside each other, with what is pasted from a sheet', async () => {
    const { visit } = real();
    const prompt = await makePrompt(real());
    const { page } = await visit();
    await page.goto(promptPath(real(), prompt.id));
    await pasteCells(page, 'Acme\tWhere is it?\nさくら書店\tいつ届きますか？');
    await waitUntil('two rows', async () => (await page.locator(ROW).count()) === 2);
    await page.selectOption('section[aria-label="Try it"] select', '1');
    await page.waitForURL('**beside=1');
    await page.focus('article textarea >> nth=0');
    await page.keyboard.press('Control+Enter');
    await waitUntil('four answers', async () =>
      (await cellsOf(page)).every((text) => /\d ms[\s\S]*tokens/.test(text)),
    );
    const bodies = chats().map(
      ({ body }) => JSON.parse(body.toString()) as { model: string; messages: unknown },
    );
    expect(bodies.map(({ model }) => model).toSorted()).toEqual([
      'gpt-4o',
      'gpt-4o',
      'gpt-4o-mini',
      'gpt-4o-mini',
    ]);
    expect(JSON.stringify(bodies)).toContain('You answer for さくら書店 in one sentence.');
    expect(JSON.stringify(bodies)).toContain('You answer for さくら書店 in two sentences.');

    await page.check('text=Show differences');
    await page.waitForSelector(`${TABLE} td .verbatim`);
    // What is changed afterwards makes the answers ones of before.
    await page.fill('article textarea >> nth=0', 'Another one, {{shop}}');
    await waitUntil('stale answers', async () => (await page.locator('text=of before').count()) === 2);
    await page.reload();
    await page.waitForSelector(`${ROW} >> nth=1`);
    expect(await page.inputValue(`${ROW} textarea >> nth=3`)).toBe('いつ届きますか？');
  });

  it('asks four at once and no more, and stops what it has begun', async () => {
    const { visit, upstream } = real();
    const prompt = await makePrompt(real());
    upstream.script(CHAT, { hang: 'head' });
    const { page } = await visit();
    await page.goto(promptPath(real(), prompt.id));
    await page.click('button:has-text("Paste cells")');
    const cells = ['question\tshop', ...Array.from({ length: 7 }, (_none, n) => `q${n}\ts${n}`)].join('\n');
    await page.fill('dialog[open] textarea', cells);
    await page.waitForSelector('text=7 cases found.');
    await page.click('dialog[open] button[type=submit]');
    await page.click('button:has-text("Run all")');
    await waitUntil('four questions', () => chats().length === 4);
    await page.waitForSelector('text=0 of 7');
    expect(await page.locator('text=Waiting for its turn').count()).toBe(3);
    expect(chats()).toHaveLength(4);
    await page.click('button:has-text("Stop")');
    await waitUntil('all stopped', async () =>
      (await cellsOf(page)).every((text) => text.includes('Stopped')),
    );
    // The provider is hung up on: nobody pays for answers that nobody waits for.
    await Promise.all(chats().map((asked) => asked.over));
    expect(chats().map((asked) => asked.aborted)).toEqual([true, true, true, true]);

    upstream.reset();
    await page.click(`${ROW} >> nth=2 >> button[aria-label="Run this one"]`);
    await waitUntil('one answer', async () => (await cellsOf(page))[2]?.includes('tokens'));
    expect(chats()).toHaveLength(1);
  });

  it('shows an answer while it comes, and the provider’s own words where it fails', async () => {
    const { visit, upstream } = real();
    const prompt = await makePrompt(real(), { versions: 1 });
    upstream.script(CHAT, { textBytes: 400, deltas: 40, betweenMs: 60 });
    const { page } = await visit();
    await page.goto(promptPath(real(), prompt.id));
    await page.fill(`${ROW} textarea >> nth=1`, 'Tell me much');
    await page.click('button:has-text("Run all")');
    const lengths = new Set<number>();
    await waitUntil('the whole answer', async () => {
      const [text = ''] = await cellsOf(page);
      lengths.add(text.length);
      return text.includes('tokens');
    });
    expect(lengths.size).toBeGreaterThan(4);

    upstream.reset();
    upstream.script(CHAT, { status: 429, body: { error: { message: 'You have run out of credit.' } } });
    await page.click('button:has-text("Run all")');
    await page.waitForSelector(`${ROW} [role=alert]:has-text("You have run out of credit.")`);
  });

  it('takes the last real inputs, each once, and says so where there are none', async () => {
    const { visit, v1, sekisho } = real();
    const prompt = await makePrompt(real());
    const { page } = await visit();
    await page.goto(promptPath(real(), prompt.id));
    await page.click('button:has-text("Take real inputs")');
    await page.waitForSelector('text=No call has used this prompt yet.');
    for (const question of ['first', 'second', 'first']) {
      await v1('POST', '/chat/completions', {
        model: `prompt:${prompt.name}`,
        messages: [],
        prompt_variables: { shop: 'Acme', question },
      });
    }
    await sekisho.flush();
    await page.click('button:has-text("Take real inputs")');
    await waitUntil('two rows', async () => (await page.locator(ROW).count()) === 2);
    expect(await page.inputValue(`${ROW} textarea >> nth=1`)).toBe('first');
    expect(await page.inputValue(`${ROW} textarea >> nth=3`)).toBe('second');
  });

  it('asks before many calls', async () => {
    const { visit } = real();
    const prompt = await makePrompt(real(), { versions: 1 });
    const { page } = await visit();
    await page.goto(promptPath(real(), prompt.id));
    const cells = Array.from({ length: 41 }, (_none, n) => `s${n}\tq${n}`).join('\n');
    await pasteCells(page, cells);
    await waitUntil('all rows', async () => (await page.locator(ROW).count()) === 41);
    await page.click('button:has-text("Run all")');
    await page.waitForSelector('dialog[open] >> text=Run 41 calls?');
    await page.click('dialog[open] button:has-text("Cancel")');
    expect(chats()).toHaveLength(0);
  });
});
