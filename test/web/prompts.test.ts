/** Prompts by people who do not code, against the real rooms. */
import { describe, expect, it } from 'vitest';
import type { PromptObject } from '../../console/contract/prompts.ts';
import { waitUntil } from '../kit/wait.ts';
import { makePrompt, promptPath, publish } from './kit/prompts.ts';
import { useRealConsole } from './kit/use-real-console.ts';

const real = useRealConsole();
const dialog = 'dialog[open]';

describe('making and changing a prompt', () => {
  it('goes from nothing to a version that the next call gets, without an identifier in sight', async () => {
    const { project_id, visit, v1, upstream } = real();
    const { page } = await visit();
    await page.goto(`/p/${project_id}/prompts/new`);
    await page.fill('form input >> nth=0', 'greeting');
    await page.fill('textarea >> nth=0', 'Greet {{person}} in Japanese.');
    await page.fill('textarea >> nth=1', 'Good morning');
    await page.fill('input[list]', 'gpt-4o-mini');
    await page.click('form button[type=submit]');
    await page.waitForURL('**/prompts/pmpt_*');

    await page.fill('td textarea', 'Hana');
    expect(await page.innerText('section:has(h2) >> text=Hana')).toBe('Hana');
    await page.fill('article textarea >> nth=0', 'Greet {{person}} in French.');
    await page.click('button:has-text("Publish v2")');
    await page.fill(`${dialog} textarea`, 'French now');
    await page.check(`${dialog} input[type=checkbox]`);
    await page.click(`${dialog} button[type=submit]`);
    await page.waitForSelector('text=As published in v2');

    await waitUntil('the gateway to know of it', async () => {
      const body = { model: 'prompt:greeting', messages: [], prompt_variables: { person: 'Hana' } };
      await v1('POST', '/chat/completions', body);
      return upstream.requests.at(-1)?.body.includes('Greet Hana in French.');
    });
    await page.goto(`/p/${project_id}/prompts`);
    const row = await page.innerText('tr:has-text("greeting")');
    expect(row).toMatch(/production\s*→ v2/);
    expect(row).toContain('prompt:greeting@production');
  });

  it('says what is wrong with a name before it is sent, and which names are taken after', async () => {
    const { project_id, visit } = real();
    const taken = await makePrompt(real());
    const { page } = await visit();
    await page.goto(`/p/${project_id}/prompts/new`);
    await page.fill('form input >> nth=0', 'My Prompt');
    await page.waitForSelector('text=Use small letters a to z');
    await page.fill('form input >> nth=0', taken.name);
    await page.fill('textarea >> nth=1', 'Hello');
    await page.click('form button[type=submit]');
    await page.waitForSelector('[role=alert]:has-text("There is one of that name already.")');
  });

  it('archives after asking, and brings back', async () => {
    const { project_id, visit, v1 } = real();
    const prompt = await makePrompt(real());
    const { page } = await visit();
    await page.goto(promptPath(real(), prompt.id));
    await page.click('button[aria-label="More"]');
    await page.click('[role=menuitem]:has-text("Archive")');
    await page.click(`${dialog} button:has-text("Archive")`);
    await page.waitForSelector('text=calls that ask for it are refused.');
    await page.goto(`/p/${project_id}/prompts`);
    await page.waitForSelector('h1');
    await page.check('header input[type=checkbox]');
    await page.waitForURL('**?archived=1');
    await page.click(`a:has-text("${prompt.name}")`);
    await page.click('button:has-text("Bring it back")');
    await page.waitForSelector('text=calls that ask for it are refused.', { state: 'detached' });
    expect((await v1<PromptObject>('GET', `/prompts/${prompt.id}`)).status).toBe('active');
  });

  it('shows readers everything and lets them change nothing', async () => {
    const { visit } = real();
    const prompt = await makePrompt(real());
    const { page } = await visit({ as: 'viewer' });
    await page.goto(promptPath(real(), prompt.id));
    await page.waitForSelector('text=Your role can look and copy, not change.');
    expect(await page.locator('article textarea').first().getAttribute('readonly')).not.toBeNull();
    expect(await page.locator('button:has-text("Publish")').count()).toBe(0);
    expect(await page.isDisabled('button:has-text("Run all")')).toBe(true);
    await page.click('[role=tab]:has-text("Versions")');
    await page.waitForSelector('ol button');
    expect(await page.locator('button:has-text("Move a label")').count()).toBe(0);
  });
});

describe('versions', () => {
  it('are compared word by word, with the address as the state', async () => {
    const { visit } = real();
    const prompt = await makePrompt(real());
    const { page } = await visit();
    await page.goto(promptPath(real(), prompt.id));
    await page.click('[role=tab]:has-text("Versions")');
    await page.waitForSelector('text=The first one');
    await page.selectOption('section select', { label: 'v1' });
    await page.waitForURL('**against=1');
    await page.waitForSelector('ins');
    expect(await page.locator('del').allInnerTexts()).toEqual(['two', 'sentences']);
    expect(await page.locator('ins').allInnerTexts()).toEqual(['one', 'sentence']);
    expect(await page.innerText('section table')).toMatch(/gpt-4o-mini\s+gpt-4o/);
    const address = page.url();
    await page.goBack();
    await page.waitForSelector('ins', { state: 'detached' });
    await page.goto(address);
    await page.waitForSelector('ins');
  });

  it('get labels after it was said what that means', async () => {
    const { visit, v1 } = real();
    const prompt = await makePrompt(real());
    const { page } = await visit();
    await page.goto(promptPath(real(), prompt.id, '?tab=versions&version=2'));
    await page.click('button:has-text("Move a label here")');
    const meaning = `Calls that ask for prompt:${prompt.name}@production get v2 instead of v1`;
    await page.waitForSelector(`${dialog} >> text=${meaning}`);
    await page.click(`${dialog} button:has-text("Move the label")`);
    await page.waitForSelector('ol button[aria-current=true]:has-text("production")');
    expect((await v1<PromptObject>('GET', `/prompts/${prompt.id}`)).labels).toEqual({ production: 2 });

    // The page has seen its own change: a draft begun now is not behind.
    await page.click('[role=tab]:has-text("Write and try")');
    await page.fill('article textarea >> nth=1', 'Hello {{question}}');
    await page.click('button:has-text("Publish v3")');
    await page.click(`${dialog} button[type=submit]`);
    await page.waitForSelector('text=As published in v3');
  });

  it('can be gone on from: an old one becomes the draft', async () => {
    const { visit, v1 } = real();
    const prompt = await makePrompt(real());
    const { page } = await visit();
    await page.goto(promptPath(real(), prompt.id, '?tab=versions&version=1'));
    await page.click('button:has-text("Go on from this one")');
    await page.waitForSelector('article textarea');
    expect(await page.inputValue('article textarea >> nth=0')).toContain('two sentences');
    await page.click('button:has-text("Publish v3")');
    await page.click(`${dialog} button[type=submit]`);
    await page.waitForSelector('text=As published in v3');
    const version = await v1<{ messages: { content: string }[] }>('GET', `/prompts/${prompt.id}/versions/3`);
    expect(version.messages[0]?.content).toContain('two sentences');
  });
});

describe('a draft', () => {
  it('outlasts a reload, and is thrown away only after asking', async () => {
    const { visit } = real();
    const prompt = await makePrompt(real());
    const { page } = await visit();
    await page.goto(promptPath(real(), prompt.id));
    await page.fill('article textarea >> nth=0', 'Something else for {{shop}}');
    await page.waitForSelector('text=Draft, kept in this browser only');
    await page.reload();
    await page.waitForSelector('article textarea');
    expect(await page.inputValue('article textarea >> nth=0')).toBe('Something else for {{shop}}');
    await page.click('button:has-text("Discard draft")');
    await page.click(`${dialog} button:has-text("Replace draft")`);
    await page.waitForSelector('text=As published in v2');
    await page.reload();
    await page.waitForSelector('text=As published in v2');
    expect(await page.inputValue('article textarea >> nth=0')).toContain('one sentence');
  });

  it('is kept when somebody else was faster, who is named, and is published after that', async () => {
    const { visit, v1 } = real();
    const prompt = await makePrompt(real());
    const { page } = await visit();
    await page.goto(promptPath(real(), prompt.id));
    await page.fill('article textarea >> nth=0', 'Mine, for {{shop}}');
    await publish(real(), prompt.id, { note: 'Theirs' });
    await page.click('button:has-text("Publish v3")');
    await page.click(`${dialog} button[type=submit]`);
    await page.waitForSelector(`${dialog} >> text=Somebody has changed this prompt while you were writing.`);
    await page.click(`${dialog} button:has-text("Load what is new, keep my draft")`);
    await page.waitForSelector('text=First key has published v3 meanwhile.');
    expect(await page.inputValue('article textarea >> nth=0')).toBe('Mine, for {{shop}}');

    await page.click('button:has-text("Seen, go on with my draft")');
    await page.click('button:has-text("Publish v4")');
    await page.click(`${dialog} button[type=submit]`);
    await page.waitForSelector('text=As published in v4');
    const newest = await v1<PromptObject>('GET', `/prompts/${prompt.id}`);
    expect(newest.latest_version).toBe(4);
  });

  it('marks variables while a Japanese word is being composed, and takes no key of it for a command', async () => {
    const { visit, upstream } = real();
    const prompt = await makePrompt(real(), { versions: 1 });
    const { page, context } = await visit();
    await page.goto(promptPath(real(), prompt.id));
    await page.locator('article textarea').nth(1).click();
    await page.keyboard.press('Home');
    const asked = upstream.requests.length;
    const session = await context.newCDPSession(page);
    await session.send('Input.imeSetComposition', { text: 'しつもん', selectionStart: 4, selectionEnd: 4 });
    // The mirror behind is the same text, so the marks are where the variables are.
    const mirror = page.locator('article >> nth=1 >> [aria-hidden=true].verbatim');
    await waitUntil('the mirror', async () => (await mirror.innerText()).includes('しつもん{{question}}'));
    await page.evaluate(`document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
      { key: 'Enter', ctrlKey: true, bubbles: true, isComposing: true }))`);
    await session.send('Input.insertText', { text: '質問: ' });
    expect(await page.inputValue('article textarea >> nth=1')).toBe('質問: {{question}}');
    expect(upstream.requests.length).toBe(asked);
  });
});
