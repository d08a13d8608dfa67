/** What the page says, by the keys that it has for it: a test in Japanese looks for what a Japanese person sees. */
import { createI18n, type I18nOptions } from 'vue-i18n';
import { en } from '../../../console/web/src/messages/en.ts';
import { ja } from '../../../console/web/src/messages/ja.ts';
import { SECTIONS, sections } from '../../../console/web/src/messages/sections.ts';

/** The message of `key` with `named` filled in; `count` chooses among singular and plural. */
export type Words = (key: string, named?: Record<string, string | number>, count?: number) => string;

type Translator = { t: Words; te: (key: string) => boolean };

export async function wordsOf(locale: 'en' | 'ja'): Promise<Words> {
  const parts = await Promise.all(SECTIONS.map((name) => sections[name][locale]()));
  const messages: object = Object.assign({}, { en, ja }[locale], ...parts);
  const options: I18nOptions = { legacy: false, locale, messages: { [locale]: { ...messages } } };
  const { t, te } = createI18n(options).global as unknown as Translator;
  return (key, named = {}, count) => {
    if (!te(key)) throw new Error(`There is no message ${key}.`);
    return count === undefined ? t(key, named) : t(key, named, count);
  };
}
