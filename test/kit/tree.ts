/** The repository as tests about the tree see it: its files, their text, and what each imports. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Made or brought here, not written: no part of the tree. */
const SKIPPED = new Set(['node_modules', '.git', 'dist', 'data', '.artifacts']);

/** Paths of all files below `folder`, relative to the root. */
export function listFiles(folder = '.', accept: RegExp = /./): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? listFiles(path, accept) : accept.test(path) ? [path] : [];
    })
    .toSorted();
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Paths of all source files. */
export function listSources(folder = '.'): string[] {
  return listFiles(folder, /\.(ts|mjs|vue)$/);
}

export type Import = {
  from: string;
  /** A path relative to the root, or the name of a package. */
  to: string;
  kind: 'file' | 'package' | 'node';
};

/** Everything that `path` imports, types included: a type is a dependency of the reader too. */
export function listImports(path: string): Import[] {
  return ts.preProcessFile(readScript(path), true, true).importedFiles.map(({ fileName }) => {
    if (fileName.startsWith('.')) {
      return { from: path, to: relative(ROOT, resolve(ROOT, dirname(path), fileName)), kind: 'file' };
    }
    if (fileName.startsWith('node:')) return { from: path, to: fileName, kind: 'node' };
    const parts = fileName.split('/');
    return { from: path, to: parts.slice(0, fileName.startsWith('@') ? 2 : 1).join('/'), kind: 'package' };
  });
}

function readScript(path: string): string {
  const text = readText(path);
  if (!path.endsWith('.vue')) return text;
  return [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script).join('\n');
}

/** The rows of the first table in `markdown` whose head starts with `head`: cells with their code marks taken off. */
export function readTable(markdown: string, head: string): string[][] {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  if (start < 0) throw new Error(`no table that starts with ${head}`);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end < 0 ? undefined : end).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What stands between code marks in `cell`. */
export function readCodes(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}
