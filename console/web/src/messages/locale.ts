/** The page's language: the messages of one of two, and of the sections that have been opened. */
import { nextTick } from 'vue';
import { createI18n } from 'vue-i18n';
import type { Messages } from './en.ts';
import { sections, type Section } from './sections.ts';

export const LOCALES = ['en', 'ja'] as const;
export type Locale = (typeof LOCALES)[number];

/** Each language by its own name. */
export const LOCALE_NAMES: Record<Locale, string> = { en: 'English', ja: '日本語' };

const load: Record<Locale, () => Promise<Messages>> = {
  en: async () => (await import('./en.ts')).en,
  ja: async () => (await import('./ja.ts')).ja,
};

const loaded = new Set<Locale>();
/** Opened so far: what another language has to have as well before the page is switched to it. */
const opened = new Set<Section>();
const loadedSections = new Set<`${Section}.${Locale}`>();

export const i18n = createI18n({ legacy: false, locale: 'en', missingWarn: false, fallbackWarn: false });

/** Switches the page to `locale`, now and at the next start. */
export async function setLocale(locale: Locale, options: { remember: boolean }): Promise<void> {
  if (!loaded.has(locale)) {
    i18n.global.mergeLocaleMessage(locale, await load[locale]());
    loaded.add(locale);
  }
  await Promise.all([...opened].map((section) => loadInto(locale, section)));
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

/** Loads the messages of a section in the language shown; resolves when they can be shown. */
export async function loadSection(section: Section): Promise<void> {
  opened.add(section);
  await loadInto(i18n.global.locale.value as Locale, section);
}

async function loadInto(locale: Locale, section: Section): Promise<void> {
  if (loadedSections.has(`${section}.${locale}`)) return;
  i18n.global.mergeLocaleMessage(locale, await sections[section][locale]());
  loadedSections.add(`${section}.${locale}`);
}

/** The locale that public/first-paint.js found. */
export function firstLocale(): Locale {
  return document.documentElement.lang === 'ja' ? 'ja' : 'en';
}
