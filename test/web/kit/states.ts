/** Pages in each of their states, with what is really there: no barrier by WCAG 2.2 AA, in both languages and themes. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findBarriers } from './browser.ts';
import type { RealConsole, SignedInOptions } from './real-console.ts';
import type { useRealConsole } from './use-real-console.ts';

export type State = {
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

/** Declares one test for each state in English and light, and one in Japanese and dark. */
export function checkStates(real: ReturnType<typeof useRealConsole>, states: State[]): void {
  describe.each([
    { locale: 'en', theme: 'light' },
    { locale: 'ja', theme: 'dark' },
  ] as const)('in $locale, $theme', ({ locale, theme }) => {
    it.each(states)('$name has no barrier', async ({ path, instead, as, sign, act }) => {
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
}
