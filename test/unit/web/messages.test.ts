import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en } from '../../../console/web/src/messages/en.ts';
import { ja } from '../../../console/web/src/messages/ja.ts';
import { SECTIONS, sections } from '../../../console/web/src/messages/sections.ts';
import { listFiles } from '../../kit/tree.ts';

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]): [string, string][] =>
      typeof value === 'string' ? [[prefix + key, value]] : [...flatten(value, `${prefix}${key}.`)],
    ),
  );
}

const parts = {
  en: await Promise.all([en, ...SECTIONS.map((section) => sections[section].en())]),
  ja: await Promise.all([ja, ...SECTIONS.map((section) => sections[section].ja())]),
};
const english = flatten(Object.assign({}, ...parts.en));
const japanese = flatten(Object.assign({}, ...parts.ja));
const sources = listFiles('console/web/src', /\.(vue|ts)$/)
  .filter((path) => !path.includes('/messages/'))
  .map((path) => readFileSync(path, 'utf8'));

/** Keys written out, and the fixed beginnings of those that are put together: `status.${status}`. */
const literals = new Set(
  sources.flatMap((text) => [...text.matchAll(/'([a-z_]+\.[a-z0-9_]+)'/g)].map((found) => found[1])),
);
const patterns = sources.flatMap((text) =>
  [...text.matchAll(/(?:\bte?\(\s*|\b(?:label|title): )`([^`]+)`/g)].map((found) => {
    const pieces = (found[1] ?? '').split(/\$\{[^}]*\}/).map((piece) => piece.replaceAll('.', '\\.'));
    return new RegExp(`^${pieces.join('[a-z0-9_]+')}$`);
  }),
);
const asked = sources.flatMap((text) =>
  [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map((found) => found[1] ?? ''),
);

describe('messages', () => {
  it.each(['en', 'ja'] as const)('are named once, whichever section brings them (%s)', (locale) => {
    const groups = parts[locale].flatMap((part) => Object.keys(part));
    expect(groups.filter((group, index) => groups.indexOf(group) !== index)).toEqual([]);
  });

  it('has the same keys in both languages', () => {
    expect([...japanese.keys()].toSorted()).toEqual([...english.keys()].toSorted());
  });

  it('has the same placeholders in both languages', () => {
    const placeholders = (text = '') => [...new Set(text.match(/\{[a-z]+\}/g))].toSorted();
    const differing = [...english].filter(
      ([key, text]) => placeholders(text).join() !== placeholders(japanese.get(key)).join(),
    );
    expect(differing).toEqual([]);
  });

  it('has every message that the page asks for', () => {
    expect(asked.length).toBeGreaterThan(100);
    expect(asked.filter((key) => !english.has(key))).toEqual([]);
    const askedInPieces = patterns.filter((pattern) => ![...english.keys()].some((key) => pattern.test(key)));
    expect(askedInPieces).toEqual([]);
  });

  it('has no message that nobody asks for', () => {
    const idle = [...english.keys()].filter(
      (key) => !literals.has(key) && !patterns.some((pattern) => pattern.test(key)),
    );
    expect(idle).toEqual([]);
  });

  it('is in Japanese where it is in Japanese', () => {
    const kana = /[\u3040-\u30ff\u4e00-\u9fff]/;
    const same = [...japanese].filter(([, text]) => !kana.test(text)).map(([key]) => key);
    expect(same).toEqual([]);
  });

  it('has no character that the message format would take for its own', () => {
    const special = [...english, ...japanese].filter(([, text]) => /[@$%#]|\{[^a-z]/.test(text));
    expect(special).toEqual([]);
  });
});
