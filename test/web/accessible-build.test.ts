/** The pages of building in each of their states, with what is really there: no barrier by WCAG 2.2 AA. */
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { findBarriers } from './kit/browser.ts';
import { makePrompt } from './kit/prompts.ts';
import type { RealConsole, SignedInOptions } from './kit/real-console.ts';
import { useRealConsole } from './kit/use-real-console.ts';

const real = useRealConsole();

type State = {
  name: string;
  /** Makes what the page is about; returns the address below the project. */
  path: (real: RealConsole) => string | Promise<string>;
  /** What the API says instead at addresses like this: an empty list, an error, or nothing at all. */
  instead?: { url: string; say: 'nothing_there' | 'error' | 'no_answer' };
  as?: SignedInOptions['as'];
  /** Shown once the state is reached. */
  sign: string;
  act?: (page: Page) => Promise<void>;
};

const promptOf =
  (query = '') =>
  async (rooms: RealConsole) =>
    `prompts/${(await makePrompt(rooms)).id}${query}`;

const STATES: State[] = [
  {
    name: 'prompts, none',
    path: () => 'prompts',
    instead: { url: '**/prompts?**', say: 'nothing_there' },
    sign: 'main p',
  },
  {
    name: 'prompts',
    path: async (rooms) => {
      await makePrompt(rooms);
      return 'prompts';
    },
    sign: 'table',
  },
  {
    name: 'prompts, failed',
    path: () => 'prompts',
    instead: { url: '**/prompts?**', say: 'error' },
    sign: '[role=alert]',
  },
  {
    name: 'prompts, loading',
    path: () => 'prompts',
    instead: { url: '**/prompts?**', say: 'no_answer' },
    sign: 'main [aria-hidden=true] .pulsing',
  },
  { name: 'a new prompt', path: () => 'prompts/new', sign: 'form' },
  { name: 'a new prompt, not allowed', path: () => 'prompts/new', as: 'reviewer', sign: '[role=alert]' },
  { name: 'a prompt that is not there', path: () => 'prompts/pmpt_none', sign: '[role=alert]' },
  {
    name: 'a prompt, answered',
    path: promptOf('?beside=1'),
    sign: 'td textarea',
    act: async (page) => {
      await page.fill('td textarea >> nth=0', 'Acme');
      await page.keyboard.press('Control+Enter');
      await page.waitForSelector('td .verbatim >> nth=1');
      await page.waitForSelector('[role=progressbar]', { state: 'detached' });
      await page.check('section input[type=checkbox]');
    },
  },
  {
    name: 'a draft to publish',
    path: promptOf(),
    sign: 'article textarea',
    act: async (page) => {
      await page.fill('article textarea >> nth=0', 'Another {{thing}}');
      await page.click('header button:has-text("3")');
      await page.waitForSelector('dialog[open] textarea');
    },
  },
  { name: 'a prompt, as a viewer', path: promptOf(), as: 'viewer', sign: 'article textarea' },
  { name: 'versions', path: promptOf('?tab=versions'), sign: 'article' },
  { name: 'versions, compared', path: promptOf('?tab=versions&version=2&against=1'), sign: 'ins' },
  { name: 'how to use a prompt', path: promptOf('?tab=use'), sign: 'pre' },
  {
    name: 'audit',
    path: async (rooms) => {
      await makePrompt(rooms);
      return 'audit';
    },
    sign: 'tbody tr',
    act: async (page) => {
      await page.click('tbody tr button');
      await page.waitForSelector('aside h4');
    },
  },
  { name: 'audit, none of the kind', path: () => 'audit?kind=export', sign: 'main p' },
  { name: 'audit, not allowed', path: () => 'audit', as: 'builder', sign: '[role=alert]' },
];

const EMPTY = { object: 'list', data: [], first_id: null, last_id: null, has_more: false };

const ERROR = {
  error: { message: 'The test fails it.', type: 'server_error', param: null, code: 'internal_error' },
};

function answerInstead(page: Page, { url, say }: NonNullable<State['instead']>): Promise<unknown> {
  return page.route(url, (route) => {
    if (say === 'nothing_there') return route.fulfill({ json: EMPTY });
    if (say === 'error') return route.fulfill({ status: 500, json: ERROR });
    return undefined;
  });
}

describe.each([
  { locale: 'en', theme: 'light' },
  { locale: 'ja', theme: 'dark' },
] as const)('in $locale, $theme', ({ locale, theme }) => {
  it.each(STATES)('$name has no barrier', async ({ path, instead, as, sign, act }) => {
    const rooms = real();
    const { page } = await rooms.visit({ locale, theme, ...(as && { as }) });
    if (instead) await answerInstead(page, instead);
    await page.goto(`/p/${rooms.project_id}/${await path(rooms)}`);
    await page.waitForSelector(sign);
    await act?.(page);
    expect(await findBarriers(page)).toEqual([]);
    expect(await page.getAttribute('html', 'lang')).toBe(locale);
    expect(await page.getAttribute('html', 'data-theme')).toBe(theme);
  });
});
