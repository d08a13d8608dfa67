/** The page's language: one of two message files, the one needed is loaded. */
import { nextTick } from 'vue';
import { createI18n } from 'vue-i18n';
import type { Messages } from './en.ts';

export const LOCALES = ['en', 'ja'] as const;
export type Locale = (typeof LOCALES)[number];

/** Each language by its own name. */
export const LOCALE_NAMES: Record<Locale, string> = { en: 'English', ja: '日本語' };

const load: Record<Locale, () => Promise<Messages>> = {
  en: async () => (await import('./en.ts')).en,
  ja: async () => (await import('./ja.ts')).ja,
};

const loaded = new Set<Locale>();

export const i18n = createI18n({ legacy: false, locale: 'en', missingWarn: false, fallbackWarn: false });

/** Switches the page to `locale`, now and at the next start. */
export async function setLocale(locale: Locale, options: { remember: boolean }): Promise<void> {
  if (!loaded.has(locale)) {
    i18n.global.setLocaleMessage(locale, await load[locale]());
    loaded.add(locale);
  }
  i18n.global.locale.value = locale;
  document.documentElement.lang = locale;
  if (options.remember) {
    try {
      localStorage.setItem('sekisho.locale', locale);
    } catch {
      // storage switched off: the choice lasts as long as the page
    }
  }
  await nextTick();
}

/** The locale that public/first-paint.js found. */
export function firstLocale(): Locale {
  return document.documentElement.lang === 'ja' ? 'ja' : 'en';
}
