/** Documents into a source and out again as answers, by people who do not code, against the real rooms. */
import { describe, expect, it } from 'vitest';
import type { VectorStoreObject } from '../../console/contract/vector-stores.ts';
import { makeSource, RETURNS, writeTemp, 返品 } from './kit/sources.ts';
import { useRealConsole } from './kit/use-real-console.ts';

const real = useRealConsole();
const dialog = 'dialog[open]';
const INPUT = 'main input[type=file]';
const sources = (): string => `/p/${real().project_id}/sources`;

describe('making a source', () => {
  it('goes from nothing to chunks that a question finds', async () => {
    const { visit } = real();
    const { page } = await visit();
    await page.goto(sources());
    await page.click('main button:has-text("New source")');
    await page.waitForSelector(`${dialog} input[value="meaning"]:checked`);
    expect(await page.inputValue(`${dialog} input[list]`)).toBe('text-embedding-3-small');
    await page.fill(`${dialog} input >> nth=0`, 'Help centre');
    await page.click(`${dialog} button[type=submit]`);
    await page.waitForURL('**/sources/vs_*');

    await page.setInputFiles(INPUT, [
      writeTemp('returns.md', RETURNS),
      writeTemp('返品.txt', 返品),
      writeTemp('broken.pdf', 'not a pdf'),
      writeTemp('table.xlsx', 'x'),
      writeTemp('empty.txt', ''),
    ]);
    await page.waitForSelector('[role=alert]:has-text("This kind of file cannot be read.")');
    await page.waitForSelector('[role=alert]:has-text("The file is empty.")');
    // What is read shows by itself: nobody loads the page again.
    await page.waitForSelector('tr:has-text("returns.md"):has-text("Ready")');
    await page.waitForSelector('tr:has-text("返品.txt"):has-text("Ready")');
    await page.waitForSelector('tr:has-text("broken.pdf"):has-text("Failed"):has-text("PDF")');
    await page.waitForSelector('dd:has-text("2 ready"):has-text("1 failed")');

    await page.click('tr button:has-text("returns.md")');
    await page.waitForSelector('aside article:has-text("within 30 days of delivery")');
    expect(page.url()).toContain('file=file-');
    await page.keyboard.press('Escape');
    await page.waitForSelector('aside article', { state: 'detached' });

    await page.click('[role=tab]:has-text("Try a question")');
    await page.fill('input[type=search]', '送料は返金されますか');
    await page.keyboard.press('Enter');
    await page.waitForSelector('ol li >> nth=0');
    expect(await page.innerText('ol li >> nth=0')).toContain('返品.txt');
    expect(await page.locator('ol li >> nth=0').locator('mark').allInnerTexts()).toContain('送料');
  });

  it('is left as it was when the dialog is closed, and told of what is wrong', async () => {
    const { page } = await real().visit();
    await makeSource(real());
    await page.goto(sources());
    await page.click('header button:has-text("New source")');
    await page.fill(`${dialog} input[type=number] >> nth=0`, '50');
    await page.waitForSelector(`${dialog} >> text=A whole number from 100 to 4096.`);
    await page.fill(`${dialog} input[type=number] >> nth=0`, '400');
    await page.waitForSelector(`${dialog} >> text=at most half of the chunk size`);
    await page.fill(`${dialog} input[type=number] >> nth=1`, '100');
    await page.waitForSelector(`${dialog} >> text=about 300 English words`);
    await page.keyboard.press('Escape');
    await page.waitForSelector(dialog, { state: 'detached' });
  });
});

describe('an upload', () => {
  it('shows how far it is, and ends when it is cancelled', async () => {
    const { visit, v1 } = real();
    const source = await makeSource(real(), { files: {} });
    const { page, context } = await visit();
    await page.goto(`${sources()}/${source.id}`);
    await page.waitForSelector(INPUT, { state: 'attached' });
    const network = await context.newCDPSession(page);
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 };
    await network.send('Network.emulateNetworkConditions', slow);
    await page.setInputFiles(INPUT, writeTemp('long.txt', 'word '.repeat(800_000)));
    await page.waitForSelector('li >> text=/[1-9]\\d* [KM]B of 4\\.0 MB/');
    const bar = page.locator('li [role=progressbar]');
    expect(Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0);

    await page.click('nav a[href$="/datasets"]');
    await page.waitForSelector(`${dialog}:has-text("Leave while files are being uploaded?")`);
    await page.click(`${dialog} button:has-text("Cancel")`);
    await page.click('button[aria-label="Cancel the upload of long.txt"]');
    await page.waitForSelector('ul[aria-label="Uploads"]', { state: 'detached' });
    expect(page.url()).toContain(source.id);
    expect((await v1<VectorStoreObject>('GET', `/vector_stores/${source.id}`)).file_counts.total).toBe(0);
  });

  it('that failed is tried again', async () => {
    const source = await makeSource(real(), { files: {} });
    const { page } = await real().visit();
    await page.goto(`${sources()}/${source.id}`);
    await page.waitForSelector(INPUT, { state: 'attached' });
    await page.route('**/files', (route) => route.abort());
    await page.setInputFiles(INPUT, writeTemp('returns.md', RETURNS));
    await page.waitForSelector('li [role=alert]:has-text("could not be reached")');
    await page.unroute('**/files');
    await page.click('li button:has-text("Try again")');
    await page.waitForSelector('tr:has-text("returns.md"):has-text("Ready")');
  });
});

describe('trying a question', () => {
  it('sets two ways beside each other, with the address as the state', async () => {
    const source = await makeSource(real(), { files: { 'returns.md': RETURNS, '返品.txt': 返品 } });
    const { page } = await real().visit();
    await page.goto(`${sources()}/${source.id}?tab=try&q=refund&versus=text`);
    await page.waitForSelector('section[aria-label="Words"] ol li');
    await page.waitForSelector('section[aria-label="Words and meaning"] ol li');
    expect(await page.locator('section[aria-label="Words and meaning"] ol li').count()).toBe(2);
    // The Japanese text has no word of the question: only meaning brings it.
    expect(await page.locator('section[aria-label="Words"] ol li').count()).toBe(1);
    await page.waitForSelector('section[aria-label="Words and meaning"] li:has-text("only here")');
    await page.waitForSelector('section[aria-label="Words"] li:has-text("same place")');

    await page.selectOption('select >> nth=1', { label: 'Nothing' });
    await page.waitForSelector('section[aria-label="Words"]', { state: 'detached' });
    expect(page.url()).not.toContain('versus');
    await page.click('section[aria-label="Words and meaning"] li button >> nth=0');
    await page.waitForSelector('aside article');
  });

  it('says that a source without a model is searched by words, and when nothing is found', async () => {
    const source = await makeSource(real(), { model: '' });
    const { page } = await real().visit();
    await page.goto(`${sources()}/${source.id}?tab=try&q=zeppelin`);
    await page.waitForSelector('text=Nothing was found');
    await page.waitForSelector('text=This source has no embedding model');
    expect(await page.locator('main select').count()).toBe(2);
  });
});

describe('taking away', () => {
  it('asks for a file and for a source by their names', async () => {
    const { visit, v1 } = real();
    const source = await makeSource(real(), { name: 'Old contracts' });
    const { page } = await visit();
    await page.goto(`${sources()}/${source.id}`);
    await page.click('button[aria-label="Remove returns.md"]');
    await page.waitForSelector(`${dialog}:has-text("Remove “returns.md”?")`);
    await page.click(`${dialog} button:has-text("Remove")`);
    await page.waitForSelector('text=No files yet');

    await page.click('header button:has-text("Rename")');
    await page.fill(`${dialog} input`, 'Very old contracts');
    await page.click(`${dialog} button:has-text("Rename")`);
    await page.waitForSelector('h1:has-text("Very old contracts")');
    await page.click('header button:has-text("Delete source")');
    await page.waitForSelector(`${dialog}:has-text("Delete “Very old contracts”?")`);
    await page.click(`${dialog} button:has-text("Delete source")`);
    await page.waitForURL('**/sources');
    await expect(v1('GET', `/vector_stores/${source.id}`)).rejects.toThrow('404');
  });

  it('is not offered to those who may only look', async () => {
    const source = await makeSource(real());
    const { page } = await real().visit({ as: 'viewer' });
    await page.goto(`${sources()}/${source.id}`);
    await page.waitForSelector('tr:has-text("returns.md")');
    expect(await page.locator(INPUT).count()).toBe(0);
    expect(await page.locator('button[aria-label^="Remove"], header button:has-text("Delete")').count()).toBe(
      0,
    );
    await page.goto(sources());
    await page.waitForSelector('table');
    expect(await page.locator('button:has-text("New source")').count()).toBe(0);
  });
});
