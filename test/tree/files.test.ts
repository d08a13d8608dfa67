import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFiles, listSources, readText, ROOT } from '../kit/tree.ts';

const MAX_LINES = 300;
const MAX_README_LINES = 60;
const ROOMS = ['gateway', 'collector', 'console', 'evals', 'deploy', 'test'];
const TEXT = /\.(ts|mjs|vue|js|json|md|sql|html|css|yaml|yml|sh|example)$|^\.[a-z]+|\/run$/;

/** Readers of the environment: the settings, what runs before them, what gives a child its own, and what is not ours to run. */
const ENVIRONMENT =
  /^(config\.ts|deploy\/bootstrap\/.*|deploy\/examples\/.*|deploy\/supervisor\/child\.ts|test\/.*)$/;

const lineCount = (path: string) => readText(path).trimEnd().split('\n').length;

describe('files', () => {
  it(`has no source file over ${MAX_LINES} lines`, () => {
    expect(listSources().filter((path) => lineCount(path) > MAX_LINES)).toEqual([]);
  });

  it('has no function over 60 lines and nothing else that the linter objects to', () => {
    const lint = spawnSync(join(ROOT, 'node_modules', '.bin', 'oxlint'), ['.'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(lint.status, lint.stdout).toBe(0);
    const rules = JSON.parse(readText('.oxlintrc.json')) as {
      rules: Record<string, [string, { max: number }]>;
    };
    expect(rules.rules['max-lines']).toEqual(['error', { max: MAX_LINES }]);
    expect(rules.rules['max-lines-per-function']?.[1].max).toBe(60);
  });

  it(`has a README of at most ${MAX_README_LINES} lines in every room`, () => {
    expect(ROOMS.filter((room) => !existsSync(join(ROOT, room, 'README.md')))).toEqual([]);
    const readmes = listFiles('.', /\/README\.md$/);
    expect(readmes.filter((path) => lineCount(path) > MAX_README_LINES)).toEqual([]);
  });

  it('reads the environment in config.ts alone', () => {
    const readers = listSources()
      .filter((path) => !ENVIRONMENT.test(path))
      // Setting or taking out a variable, for a library that looks at it, is no reading.
      .map((path) => ({ path, text: readText(path).replace(/^.*\bdelete process\.env\b.*$/gm, '') }))
      .filter(({ text }) => /process\.env(?!\['?\w+'?\] = )/.test(text))
      .map(({ path }) => path);
    expect(readers).toEqual([]);
  });

  it('names files in kebab-case and Vue components in PascalCase', () => {
    const names = /^([a-z0-9.-]+\.(ts|mjs)|[A-Z][A-Za-z0-9]*\.vue)$/;
    expect(listSources().filter((path) => !names.test(path.split('/').at(-1) ?? ''))).toEqual([]);
  });

  it('names no package registry and no path of somebody’s machine', () => {
    const registries = /npm[j]s\.org|npm[m]irror|verd[a]ccio|artif[a]ctory|py[p]i\.org/;
    const paths = /\/(work|home|root)\/[a-z]/;
    const texts = listFiles('.', TEXT).map((path) => ({ path, text: readText(path) }));
    expect(texts.filter(({ text }) => registries.test(text)).map(({ path }) => path)).toEqual([]);
    expect(texts.filter(({ text }) => paths.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('leaves nothing for later', () => {
    const marks = /\b(TO[D]O|FIX[M]E|XX[X])\b/;
    expect(listSources().filter((path) => marks.test(readText(path)))).toEqual([]);
  });
});
