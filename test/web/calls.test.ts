import { describe, expect, it } from 'vitest';
import { listCalls } from '../../console/contract/calls.ts';
import { waitUntil } from '../kit/wait.ts';
import { GRID, openList, ROW } from './kit/open-list.ts';
import { useVisits, type Visiting } from './kit/visits.ts';

const visit = useVisits();
const DRAWN = `[...document.querySelectorAll('${ROW}')].map((row) => row.getAttribute('aria-rowindex'))`;

const rowTexts = ({ page }: Visiting): Promise<string[]> => page.locator(ROW).allInnerTexts();
const search = ({ page }: Visiting): URLSearchParams => new URL(page.url()).searchParams;
const selected = ({ page }: Visiting): Promise<string | null> =>
  page.locator(`${ROW}[aria-selected=true]`).getAttribute('aria-rowindex', { timeout: 2000 });

describe('keys', () => {
  it('moves with j and k, opens with Enter, goes on with j, closes with Esc', async () => {
    const visiting = await openList(visit, 30);
    const { page } = visiting;
    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
    await waitUntil('the second row', async () => (await selected(visiting)) === '3');
    expect(search(visiting).has('call')).toBe(false);

    await page.keyboard.press('Enter');
    await page.waitForSelector('article');
    const first = search(visiting).get('call');
    await page.keyboard.press('j');
    await waitUntil('another call', () => search(visiting).get('call') !== first);
    expect(await selected(visiting)).toBe('4');

    await page.keyboard.press('4');
    await page.waitForSelector('aside pre');
    expect(search(visiting).get('tab')).toBe('raw');
    await page.keyboard.press('Escape');
    await waitUntil('the panel to close', () => !search(visiting).has('call'));
    expect(await page.locator('article, aside pre').count()).toBe(0);
  });

  it('keeps up with a held key', async () => {
    const visiting = await openList(visit, 120);
    for (let i = 0; i < 60; i++) await visiting.page.keyboard.press('j');
    await waitUntil('row 60', async () => (await selected(visiting)) === '61');
  });

  it('leaves keys to inputs, to someone composing, and to open dialogs', async () => {
    const visiting = await openList(visit, 5);
    const { page } = visiting;
    await page.keyboard.press('Control+k');
    await page.waitForSelector('dialog[open] input:focus');
    await page.keyboard.type('jk?');
    expect(await page.inputValue('dialog[open] input')).toBe('jk?');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog[open]', { state: 'detached' });
    expect(await page.locator(`${ROW}[aria-selected=true]`).count()).toBe(0);

    await page.evaluate(`document.body.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'j', bubbles: true, isComposing: true }))`);
    expect(await page.locator(`${ROW}[aria-selected=true]`).count()).toBe(0);
  });

  it('shows what can be pressed, and lets single keys be switched off', async () => {
    const visiting = await openList(visit, 5);
    const { page } = visiting;
    await page.keyboard.press('?');
    expect(await page.innerText('dialog[open]')).toContain('Next call');
    await page.click('dialog[open] input[type=checkbox]');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    expect(await page.locator(`${ROW}[aria-selected=true]`).count()).toBe(0);
    await page.keyboard.press('Control+k');
    await page.waitForSelector('dialog[open] [role=option]');
  });

  it('goes where the palette and the g keys say', async () => {
    const { page } = await openList(visit, 5);
    await page.keyboard.press('g');
    await page.keyboard.press('k');
    await page.waitForURL('**/keys');
    await page.keyboard.press('Control+k');
    await page.waitForSelector('dialog[open] input:focus');
    await page.keyboard.type('heal');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/health');
  });
});

describe('filters', () => {
  it('live in the URL, and Back undoes them', async () => {
    const visiting = await openList(visit, 80);
    const { page } = visiting;
    await page.click('aside button:has-text("Error")');
    await page.waitForURL('**status=error');
    await page.click('aside button:has-text("gpt-4o-mini")');
    await page.click('aside button:has-text("claude")', { modifiers: ['Control'] });
    await waitUntil('two models', () => search(visiting).getAll('model').length === 2);
    await page.click('header button:has-text("7d")');
    await page.waitForURL('**range=7d**');
    const address = page.url();
    await page.goBack();
    expect(search(visiting).has('range')).toBe(false);
    await page.goto(address);
    await page.waitForSelector(ROW);
    expect((await rowTexts(visiting)).every((text) => text.includes('429'))).toBe(true);
    expect(await page.locator('aside button[aria-pressed=true]').count()).toBe(3);
  });

  it('come from clicking a value, and go by one click', async () => {
    const visiting = await openList(visit, 60);
    const { page } = visiting;
    await page.click(`${ROW} >> nth=3 >> button[title^="Only the user"]`);
    await page.waitForURL('**user_id=**');
    const user = search(visiting).get('user_id') ?? '';
    await waitUntil('only that user', async () =>
      (await rowTexts(visiting)).every((text) => text.includes(user)),
    );
    await page.click('button:has-text("Clear filters")');
    await waitUntil('no filter', () => !search(visiting).has('user_id'));
  });

  it('take a custom range, and refuse one that runs backwards', async () => {
    const visiting = await openList(visit, 20);
    const { page } = visiting;
    await page.click('header button:has-text("Custom")');
    await page.fill('dialog[open] input >> nth=0', '2026-01-02T00:00');
    await page.fill('dialog[open] input >> nth=1', '2026-01-01T00:00');
    await page.click('dialog[open] button[type=submit]');
    expect(await page.innerText('dialog[open]')).toContain('before the beginning');
    await page.fill('dialog[open] input >> nth=1', '2026-01-03T00:00');
    await page.click('dialog[open] button[type=submit]');
    await page.waitForURL('**from=2026-01-01T15**');
    expect(await page.innerText('main')).toContain('No calls in this time');
    // A closed range has no future.
    expect(await page.locator('header button:has-text("Live")').count()).toBe(0);
  });

  it('count each facet under all others, and sums say what they leave out', async () => {
    const { page } = await openList(visit, 60);
    expect(await page.innerText('header dl')).toMatch(/Calls\s*60/);
    expect(await page.innerText('header dl')).toMatch(/unknown cost/);
    expect(await page.innerText(`${ROW}:has-text("acme-7b-instruct") >> nth=0`)).toContain('unknown');
  });
});

describe('a long list', () => {
  it('draws few rows, loads pages as one scrolls, and each call once', async () => {
    const visiting = await openList(visit, 450);
    const { page } = visiting;
    const seen = new Set<string>();
    await waitUntil('the last row', async () => {
      for (const index of (await page.evaluate(DRAWN)) as string[]) seen.add(index);
      await page.evaluate(`${GRID}.scrollBy(0, 600)`);
      return seen.has('451');
    });
    expect(await page.locator(ROW).count()).toBeLessThan(80);
    expect(seen.size).toBe(450);
    expect(await page.innerText('main section > p')).toBe('Showing 450 of 450');
  });

  it('keeps its rows when a further page fails, and goes on when asked', async () => {
    const visiting = await openList(visit, 300);
    const { page, stub } = visiting;
    stub.fail(listCalls, 'store_unavailable');
    await page.evaluate(`${GRID}.scrollTo(0, 99999)`);
    await page.waitForSelector('main section > p [role=alert]');
    stub.fail(listCalls, undefined);
    await page.click('main section > p button');
    await page.waitForSelector('text=Showing 300 of 300');
  });
});
