/** What people say of calls, against the real rooms. */
import { describe, expect, it } from 'vitest';
import type { Score } from '../../console/contract/feedback.ts';
import { waitUntil } from '../kit/wait.ts';
import { makePrompt } from './kit/prompts.ts';
import { makeCalls, makeSource } from './kit/sources.ts';
import { useRealConsole } from './kit/use-real-console.ts';

const real = useRealConsole();
const ROW = '[role=row][aria-selected]';
const BAR = '[role=toolbar]';
const calls = (query = ''): string => `/p/${real().project_id}/calls${query}`;
const rowOf = (text: string): string => `${ROW}:has-text("${text}")`;
const saidOf = async (trace_id: string): Promise<Score[]> =>
  (await real().v1<{ data: Score[] }>('GET', `/feedback?trace_id=${trace_id}`)).data;

/** A call, stored, and the panel that shows it. */
async function openCall(question: string, options: Parameters<ReturnType<typeof real>['visit']>[0] = {}) {
  const [trace_id = ''] = await makeCalls(real(), [question]);
  const visit = await real().visit(options);
  await visit.page.goto(calls());
  await visit.page.click(rowOf(question));
  await visit.page.waitForSelector('aside article');
  return { ...visit, trace_id };
}

describe('a thumb', () => {
  it('is given and taken back by the same key or button, and stands in the row and for others', async () => {
    const { page, trace_id } = await openCall('Is it a thumb?');
    const up = `${BAR} [aria-label="Thumbs up"]`;
    const down = `${BAR} [aria-label="Thumbs down"]`;
    await page.keyboard.press('u');
    await page.waitForSelector(`${up}[aria-pressed=true]`);
    await page.click(down);
    await page.waitForSelector(`${down}[aria-pressed=true]`);
    expect(await page.getAttribute(up, 'aria-pressed')).toBe('false');
    await page.waitForSelector(`${rowOf('Is it a thumb?')} [title="Thumbs down"]`);
    expect((await saidOf(trace_id)).map(({ name, value }) => [name, value])).toEqual([['thumb', 0]]);

    const { page: theirs } = await real().visit({ as: 'viewer' });
    await theirs.goto(calls());
    await theirs.click(rowOf('Is it a thumb?'));
    await theirs.keyboard.press('2');
    await theirs.waitForSelector('aside li:has-text("Thumbs down")');
    await theirs.waitForSelector('text=Your role may read feedback, not give it.');
    expect(await theirs.locator(BAR).count()).toBe(0);

    await page.keyboard.press('d');
    await page.waitForSelector(`${down}[aria-pressed=false]`);
    await page.waitForSelector(`${rowOf('Is it a thumb?')} [title]:has(svg.lucide-thumbs-down)`, {
      state: 'detached',
    });
    expect(await saidOf(trace_id)).toEqual([]);
  });

  it('may be given by a reviewer, who may not make datasets', async () => {
    const { page } = await openCall('May a reviewer?', { as: 'reviewer' });
    await page.keyboard.press('u');
    await page.waitForSelector(`${BAR} [aria-label="Thumbs up"][aria-pressed=true]`);
    expect(await page.locator('button:has-text("Add to dataset")').count()).toBe(0);
  });

  it('that could not be given says so', async () => {
    const { page } = await openCall('Does it fail?');
    await page.route('**/feedback', (route) => route.abort());
    await page.keyboard.press('u');
    await page.waitForSelector(`${BAR} [role=alert]:has-text("could not be reached")`);
    expect(await page.getAttribute(`${BAR} [aria-label="Thumbs up"]`, 'aria-pressed')).toBe('false');
  });
});

describe('a correction', () => {
  it('begins with the answer, is typed in Japanese, and shows what differs', async () => {
    const { page, context, trace_id } = await openCall('回答は？');
    await page.keyboard.press('c');
    await page.waitForSelector('aside form textarea');
    expect(await page.inputValue('aside form textarea >> nth=0')).toContain('回答は？');
    await page.keyboard.press('Control+a');
    // As an input method does it: what is being composed is no key of ours, nor is the Enter that ends it.
    const keys = await context.newCDPSession(page);
    const composing = { selectionStart: 2, selectionEnd: 2 };
    await keys.send('Input.imeSetComposition', { text: 'あし', ...composing });
    await page.keyboard.press('Escape');
    await keys.send('Input.imeSetComposition', { text: 'あした', ...composing });
    await keys.send('Input.insertText', { text: '明日届きます。' });
    await page.waitForSelector('aside form ins:has-text("明日")');
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('text=You have corrected this answer');
    await page.waitForSelector('aside li:has-text("Corrected the answer") ins');
    await page.waitForSelector(`${rowOf('回答は？')} [title="Corrected"]`);
    expect((await saidOf(trace_id)).map(({ correction }) => correction)).toEqual(['明日届きます。']);

    await page.reload();
    await page.click('button:has-text("Edit the correction")');
    expect(await page.inputValue('aside form textarea >> nth=0')).toBe('明日届きます。');
    await page.keyboard.press('Escape');
    await page.waitForSelector('aside');
    await page.click('button:has-text("Withdraw")');
    await page.waitForSelector('aside li:has-text("Corrected the answer")', { state: 'detached' });
    expect(await saidOf(trace_id)).toEqual([]);
  });
});

describe('words', () => {
  it('are kept as a comment and as labels, and taken away again', async () => {
    const { page, trace_id } = await openCall('How is the tone?');
    await page.keyboard.press('2');
    await page.fill('aside textarea', '敬語が足りない。');
    await page.click('aside button:has-text("Save")');
    await page.waitForSelector('aside li:has-text("敬語が足りない。")');
    await page.fill('[aria-label="Name of the label"]', '<b>');
    await page.fill('[aria-label="Value of the label"]', 'x');
    await page.click('button:has-text("Add label")');
    expect(await page.locator('aside li:has-text("<b>")').count()).toBe(0);
    await page.fill('[aria-label="Name of the label"]', 'tone');
    await page.fill('[aria-label="Value of the label"]', 'casual');
    await page.click('button:has-text("Add label")');
    await page.waitForSelector('aside li:has-text("tone: casual")');
    await page.waitForSelector(`${rowOf('How is the tone?')} [title*="tone casual"]`);
    await page.click('[aria-label="Remove the label tone"]');
    await page.waitForSelector('aside li:has-text("tone: casual")', { state: 'detached' });
    await page.fill('aside textarea', '');
    await page.click('aside button:has-text("Save")');
    await page.waitForSelector('text=Nothing yet.');
    expect(await saidOf(trace_id)).toEqual([]);
  });
});

describe('the list', () => {
  it('is narrowed to what was said, to prompts, and to what is not our own', async () => {
    const { v1, visit, sekisho } = real();
    const [down = ''] = await makeCalls(real(), ['bad answer', 'plain answer']);
    await v1('POST', '/feedback', { trace_id: down, thumb: 'down' });
    const prompt = await makePrompt(real());
    await waitUntil('the gateway to know the prompt', () => {
      const body = {
        model: `prompt:${prompt.name}`,
        messages: [],
        prompt_variables: { shop: '文具店', question: '何時まで？' },
      };
      return v1('POST', '/chat/completions', body).then(
        () => true,
        () => false,
      );
    });
    await makeSource(real());
    await sekisho.flush();
    const { page } = await visit();
    await page.goto(calls());
    await page.waitForSelector(ROW);
    await page.click('aside button:has-text("Thumbs down")');
    await page.waitForURL('**feedback=down**');
    await page.waitForSelector(rowOf('plain answer'), { state: 'detached' });
    await page.waitForSelector(rowOf('bad answer'));
    await page.click('button:has-text("Clear filters")');

    await page.click(`aside button:has-text("${prompt.name}")`);
    await page.waitForURL('**prompt=**');
    await page.click(rowOf('何時まで？'));
    await page.waitForSelector(`aside a:has-text("${prompt.name}@1")`);
    await page.waitForSelector('aside dd:has-text("文具店")');
    await page.keyboard.press('Escape');
    await page.click('button:has-text("Clear filters")');

    await page.waitForSelector(rowOf('text-embedding-3-small'));
    await page.check('aside input[type=checkbox]');
    await page.waitForURL('**own=hide**');
    await page.waitForSelector(rowOf('text-embedding-3-small'), { state: 'detached' });
    await page.waitForSelector(rowOf('plain answer'));
  });

  it('shows a search as its question and what was found, both ways from the call that asked', async () => {
    const { v1, visit, sekisho } = real();
    const source = await makeSource(real());
    const tools = [{ type: 'file_search', vector_store_ids: [source.id] }];
    await waitUntil('the gateway to know the source', () =>
      v1('POST', '/responses', { model: 'gpt-4o-mini', input: 'When is a refund paid?', tools }).then(
        () => true,
        () => false,
      ),
    );
    await sekisho.flush();
    const { page } = await visit();
    await page.goto(calls());
    await page.click(`${rowOf('When is a refund paid?')}:has-text("gpt-4o-mini")`);
    await page.click('aside section:has-text("Looked up for this answer") a');
    await page.waitForSelector('aside li:has-text("returns.md"):has-text("five working days")');
    await page.click('aside a:has-text("Go to the call that asked")');
    await page.waitForSelector('aside section:has-text("Looked up for this answer")');
    await page.goBack();
    await page.click('aside a:has-text("Try this question on the source")');
    await page.waitForURL(`**/sources/${source.id}?**`);
    await page.waitForSelector('ol li:has-text("returns.md")');
  });
});
