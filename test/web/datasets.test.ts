/** Datasets from files, from calls and by hand, by people who do not code, against the real rooms. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ITEMS, makeDataset, readItems, waitForVersion } from './kit/datasets.ts';
import { makeCalls, writeTemp } from './kit/sources.ts';
import { useRealConsole } from './kit/use-real-console.ts';

const real = useRealConsole();
const dialog = 'dialog[open]';
const ROW = '[role=row][aria-selected]';
const datasets = (id = ''): string => `/p/${real().project_id}/datasets${id && `/${id}`}`;

describe('a new dataset', () => {
  it('is made of a file, and comes back as one', async () => {
    const { page } = await real().visit();
    await page.goto(datasets());
    await page.click('main button:has-text("New dataset") >> nth=0');
    const csv = 'input,expected,topic\nHow long?,30 days,returns\n送料は？,有料です,shipping\n';
    await page.setInputFiles(`${dialog} input[type=file]`, writeTemp('notes.docx', 'x'));
    await page.waitForSelector(`${dialog} [role=alert]:has-text(".csv")`);
    expect(await page.isDisabled(`${dialog} button[type=submit]`)).toBe(true);
    await page.setInputFiles(`${dialog} input[type=file]`, writeTemp('items.csv', csv));
    await page.fill(`${dialog} input[maxlength="200"]`, 'From a file');
    await page.click(`${dialog} button[type=submit]`);
    await page.waitForURL('**/datasets/ds_*');
    await page.waitForSelector('tbody tr:has-text("送料は？")');
    expect(await page.locator('thead th').allInnerTexts()).toEqual([
      'Input',
      'Expected',
      'topic',
      'Source',
      'Session',
    ]);

    await page.click('header button:has-text("Download")');
    const download = page.waitForEvent('download');
    await page.click('[role=menuitem]:has-text("JSONL")');
    const lines = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { item: unknown }).item)).toEqual([
      { input: 'How long?', expected: '30 days', topic: 'returns' },
      { input: '送料は？', expected: '有料です', topic: 'shipping' },
    ]);
  });

  it('is made of the calls that pass a filter, as many as it says, each with the way back', async () => {
    const { visit, project_id } = real();
    await makeCalls(real(), ['zebra one', 'zebra two', 'zebra three']);
    const { page } = await visit();
    await page.goto(`/p/${project_id}/calls`);
    await page.waitForSelector(ROW);
    await page.click('header button:has-text("Add to dataset")');
    await page.fill(`${dialog} input >> nth=0`, 'Zebras');
    await page.fill(`${dialog} input[type=number]`, '2');
    await page.click(`${dialog} button:has-text("Add 2 calls")`);
    await page.click(`${dialog} a:has-text("Open the dataset")`);
    await page.waitForSelector('tbody tr:has-text("zebra three")');
    expect(await page.locator('tbody tr').count()).toBe(2);
    await page.click('tbody tr:has-text("zebra three") a:has-text("Call")');
    await page.waitForURL('**/calls?**');
    await page.waitForSelector('aside article:has-text("zebra three")');
  });
});

describe('one call', () => {
  it('goes on top of a dataset, its correction as what is expected', async () => {
    const { visit, v1, project_id } = real();
    const dataset = await makeDataset(real());
    const [trace_id] = await makeCalls(real(), ['When will it come?']);
    await v1('POST', '/feedback', { trace_id, correction: 'On Tuesday.' });
    const { page } = await visit();
    await page.goto(`/p/${project_id}/calls`);
    await page.click(`${ROW}:has-text("When will it come?")`);
    await page.waitForSelector('aside article');
    await page.keyboard.press('a');
    await page.selectOption(`${dialog} select`, { label: dataset.name });
    await page.click(`${dialog} button:has-text("Add the call")`);
    await page.click(`${dialog} a:has-text("Open the dataset")`);
    await page.waitForSelector('header button:has-text("Version 2")');
    await page.waitForSelector('tbody tr:has-text("When will it come?"):has-text("On Tuesday.")');
    expect(await readItems(real(), dataset.id, 2)).toHaveLength(3);
  });
});

describe('changing items', () => {
  it('is collected and saved as the next version; the one before stays as it was', async () => {
    const dataset = await makeDataset(real());
    const before = await readItems(real(), dataset.id, 1);
    const { page } = await real().visit();
    await page.goto(datasets(dataset.id));
    await page.click('tbody tr:has-text("How long?")');
    await page.fill('aside textarea >> nth=0', '30 days.');
    await page.click('aside summary:has-text("Messages")');
    await page.fill('aside details[open] textarea', '[{"role":');
    await page.waitForSelector('aside >> text=This is not JSON yet');
    await page.fill('aside details[open] textarea', '[{"role":"user","content":"For how long?"}]');
    await page.waitForSelector('aside article:has-text("For how long?")');
    await page.keyboard.press('Tab');
    await page.click('aside button[aria-label="Next item"]');
    await page.click('aside button[aria-label="Remove the item"]');
    await page.waitForSelector('tbody tr:has-text("removed")');
    await page.click('aside button[aria-label="Close"]');
    await page.click('header button:has-text("Add item")');
    await page.fill(`${dialog} textarea >> nth=0`, '交換できますか。');
    await page.fill(`${dialog} textarea >> nth=1`, '1回まで無料です。');
    await page.click(`${dialog} button[type=submit]`);

    await page.click('button:has-text("Save as version 2")');
    await page.waitForSelector(`${dialog}:has-text("1 changed, 1 removed, 1 added")`);
    await page.fill(`${dialog} textarea`, 'By hand');
    await page.click(`${dialog} button:has-text("Save as version 2")`);
    await page.waitForSelector('header button:has-text("Version 2")');
    await page.waitForSelector('tbody tr:has-text("交換できますか。")');
    const { note } = await waitForVersion(real(), dataset.id, 2);
    expect(note).toBe('By hand');
    expect(await readItems(real(), dataset.id, 2)).toEqual([
      { ...before[0], expected: '30 days.', messages: [{ role: 'user', content: 'For how long?' }] },
      {
        messages: [{ role: 'user', content: '交換できますか。' }],
        input: '交換できますか。',
        expected: '1回まで無料です。',
      },
    ]);
    expect(await readItems(real(), dataset.id, 1)).toEqual(before);

    await page.click('header button:has-text("Version 2")');
    await page.click('[role=menuitem]:has-text("Version 1")');
    await page.waitForURL('**version=1');
    await page.waitForSelector('tbody tr:has-text("送料は？")');
  });

  it('is not lost without a question, and can be taken back', async () => {
    const dataset = await makeDataset(real());
    const { page } = await real().visit();
    await page.goto(datasets(dataset.id));
    await page.click('tbody tr:has-text("How long?")');
    await page.fill('aside textarea >> nth=0', 'x');
    await page.click('nav a[href$="/calls"]');
    await page.waitForSelector(`${dialog}:has-text("One change has not been saved.")`);
    await page.click(`${dialog} button:has-text("Cancel")`);
    expect(page.url()).toContain(dataset.id);
    await page.click('aside button:has-text("As it was")');
    await page.waitForSelector('button:has-text("Save as version 2")', { state: 'detached' });
    expect(await page.inputValue('aside textarea >> nth=0')).toBe('');

    await page.fill('aside textarea >> nth=0', 'y');
    await page.click('nav a[href$="/calls"]');
    await page.click(`${dialog} button:has-text("Discard")`);
    await page.waitForURL('**/calls');
  });

  it('takes j and k through the items, but not from what is typed', async () => {
    const dataset = await makeDataset(real());
    const { page } = await real().visit();
    await page.goto(datasets(dataset.id));
    await page.waitForSelector('tbody tr');
    await page.keyboard.press('j');
    await page.waitForSelector('aside article:has-text("How long?")');
    await page.keyboard.press('j');
    await page.waitForSelector('aside article:has-text("送料は？")');
    await page.fill('aside textarea >> nth=0', '');
    await page.locator('aside textarea >> nth=0').pressSequentially('jk');
    await page.waitForSelector('aside article:has-text("送料は？")');
    expect(await page.inputValue('aside textarea >> nth=0')).toBe('jk');
    await page.click('aside button:has-text("As it was")');
  });
});

describe('a version', () => {
  it.each([
    ['says what was left out of it', ITEMS, 'details:has-text("2 things were left out of this version")'],
    ['that cannot be made says why', [], 'section:has-text("Version 1 could not be made")'],
  ])('%s', async (_name, items, sign) => {
    const dataset = await makeDataset(real(), { items });
    const { page } = await real().visit();
    await page.goto(datasets(dataset.id));
    await page.click('button[aria-label="More"]');
    await page.click('[role=menuitem]:has-text("Add items from a file")');
    await page.setInputFiles(`${dialog} input[type=file]`, writeTemp('bad.jsonl', 'no json\nnone here\n'));
    await page.click(`${dialog} button[type=submit]`);
    await page.waitForSelector(sign);
    if (items.length > 0) await page.click('summary:has-text("left out")');
    await page.waitForSelector(`${sign} li:has-text("line 2: is not valid JSON")`);
    if (items.length > 0) await page.waitForSelector(`tbody tr >> nth=${items.length - 1}`);
    expect(await page.locator('tbody tr').count()).toBe(items.length);
  });

  it('is begun from an empty dataset by hand', async () => {
    const dataset = await makeDataset(real(), { items: [] });
    const { page } = await real().visit();
    await page.goto(datasets(dataset.id));
    await page.click('main button:has-text("Add item"):not(:has-text("file"))');
    await page.fill(`${dialog} textarea >> nth=0`, 'Hello?');
    await page.click(`${dialog} button[type=submit]`);
    await page.click('button:has-text("Save as version 1")');
    await page.click(`${dialog} button:has-text("Save as version 1")`);
    await page.waitForSelector('header button:has-text("Version 1")');
    await waitForVersion(real(), dataset.id, 1);
  });
});

describe('a dataset', () => {
  it('is renamed, archived after asking, and brought back', async () => {
    const dataset = await makeDataset(real());
    const { page } = await real().visit();
    await page.goto(datasets(dataset.id));
    await page.click('button[aria-label="More"]');
    await page.click('[role=menuitem]:has-text("Name and description")');
    await page.fill(`${dialog} input`, '返金の質問');
    await page.click(`${dialog} button[type=submit]`);
    await page.waitForSelector('h1:has-text("返金の質問")');
    await page.click('button[aria-label="More"]');
    await page.click('[role=menuitem]:has-text("Archive")');
    await page.click(`${dialog}:has-text("Archive “返金の質問”?") button:has-text("Archive")`);
    await page.waitForSelector('button:has-text("Add item")', { state: 'detached' });
    await page.goto(datasets());
    await page.waitForSelector('h1');
    await page.check('header input[type=checkbox]');
    await page.click('tr:has-text("archived") a:has-text("返金の質問")');
    await page.click('button[aria-label="More"]');
    await page.click('[role=menuitem]:has-text("Bring back")');
    await page.waitForSelector('button:has-text("Add item")');
  });

  it('can be read by those who may only look, and not changed', async () => {
    const dataset = await makeDataset(real());
    const { page } = await real().visit({ as: 'reviewer' });
    await page.goto(datasets(dataset.id));
    await page.click('tbody tr:has-text("How long?")');
    await page.waitForSelector('aside textarea');
    expect(await page.locator('aside textarea >> nth=0').getAttribute('readonly')).not.toBeNull();
    expect(await page.locator('button[aria-label="More"], button:has-text("Add item")').count()).toBe(0);
    await page.waitForSelector('header button:has-text("Download")');
  });
});
