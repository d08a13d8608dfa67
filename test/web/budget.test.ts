import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildPage } from './kit/built-page.ts';

type Chunk = { file: string; isEntry?: boolean; imports?: string[]; css?: string[] };
type Manifest = Record<string, Chunk>;

const ENTRY_JS_KB = 130;
const CALLS_EXTRA_KB = 40;
const CSS_KB = 25;

let folder: string;
let manifest: Manifest;

beforeAll(() => {
  folder = buildPage();
  manifest = JSON.parse(readFileSync(join(folder, '.vite', 'manifest.json'), 'utf8')) as Manifest;
});

/** Every chunk that `name` needs before it can run. */
function closure(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const next of manifest[name]?.imports ?? []) closure(next, found);
  return found;
}

const kb = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0) /
  1000;
const filesOf = (names: Iterable<string>): Set<string> =>
  new Set([...names].map((name) => manifest[name]?.file ?? ''));

describe('what the page weighs', () => {
  it(`enters with at most ${ENTRY_JS_KB} KB of script, its language included`, () => {
    const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry) ?? '';
    const files = filesOf([...closure(entry), 'src/messages/ja.ts']);
    expect(files.size).toBeGreaterThan(1);
    expect(kb(files)).toBeLessThanOrEqual(ENTRY_JS_KB);
  });

  it(`adds at most ${CALLS_EXTRA_KB} KB for the list of calls`, () => {
    const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry) ?? '';
    const known = filesOf(closure(entry));
    const extra = [...filesOf(closure('src/calls/CallsPage.vue'))].filter((file) => !known.has(file));
    expect(extra.length).toBeGreaterThan(0);
    expect(kb(extra)).toBeLessThanOrEqual(CALLS_EXTRA_KB);
  });

  it('leaves what only the pages of building share out of what everybody loads', () => {
    const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry) ?? '';
    const files = [...filesOf(closure(entry))].map((file) => readFileSync(join(folder, file), 'utf8'));
    expect(files.filter((text) => text.includes('prompt-tries'))).toEqual([]);
  });

  it(`has at most ${CSS_KB} KB of style`, () => {
    const css = new Set(Object.values(manifest).flatMap((chunk) => chunk.css ?? []));
    expect(css.size).toBeGreaterThan(0);
    expect(kb(css)).toBeLessThanOrEqual(CSS_KB);
  });

  it('carries no schema code: the page trusts its server', () => {
    const scripts = Object.values(manifest)
      .map((chunk) => chunk.file)
      .filter((file) => file.endsWith('.js'));
    const heavy = scripts.filter((file) =>
      /ZodError|new Function\(/.test(readFileSync(join(folder, file), 'utf8')),
    );
    expect(heavy).toEqual([]);
  });

  it('has no inline script or style, and each asset compressed beside it', () => {
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    expect([...html.matchAll(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/g)]).toEqual([]);
    for (const { file } of Object.values(manifest)) {
      expect(readFileSync(join(folder, `${file}.br`)).length).toBeGreaterThan(0);
      expect(readFileSync(join(folder, `${file}.gz`)).length).toBeGreaterThan(0);
    }
  });
});
