/** Somebody who goes through the console by what they see: names of buttons, fields and places, in their language. */
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { useRealConsole } from './use-real-console.ts';
import { type Words, wordsOf } from './words.ts';

/** A folder: each step of a walk leaves a picture there, for people to look at. */
const SHOTS = process.env['SEKISHO_SHOTS'];
const STEP_MS = 20_000;

export type Walk = {
  page: Page;
  t: Words;
  locale: 'en' | 'ja';
  /** The dialog that is open. */
  dialog: Locator;
  /** The part of the page that has no frame around it. */
  main: Locator;
  /** By the navigation, as people do. */
  go: (place: string) => Promise<void>;
  button: (name: string, within?: Locator) => Locator;
  link: (name: string, within?: Locator) => Locator;
  field: (name: string, within?: Locator) => Locator;
  /** Resolves once `text` can be seen. */
  see: (text: string, within?: Locator) => Promise<void>;
  /** Where a picture is wanted; bright and dark by turns. */
  shot: (name: string) => Promise<void>;
};

export async function startWalk(
  real: ReturnType<ReturnType<typeof useRealConsole>>,
  locale: 'en' | 'ja',
): Promise<Walk> {
  const { page } = await real.visitOutside({ locale });
  page.setDefaultTimeout(STEP_MS);
  const t = await wordsOf(locale);
  const all = page.locator('body');
  let shots = 0;
  return {
    page,
    t,
    locale,
    dialog: page.locator('dialog[open]'),
    main: page.getByRole('main'),
    go: (place) =>
      page
        .getByRole('navigation', { name: t('shell.rail') })
        .getByRole('link', { name: t(`places.${place}`), exact: true })
        .click(),
    button: (name, within = all) => within.getByRole('button', { name, exact: true }),
    link: (name, within = all) => within.getByRole('link', { name, exact: true }),
    field: (name, within = all) => within.getByLabel(name, { exact: true }),
    see: (text, within = all) => within.getByText(text).first().waitFor(),
    async shot(name) {
      if (!SHOTS) return;
      const colorScheme = shots++ % 2 === 0 ? 'light' : 'dark';
      const number = String(shots).padStart(2, '0');
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(SHOTS, `walk-${locale}-${number}-${name}.png`) });
    },
  };
}
