import { describe, expect, it } from 'vitest';
import { listImports, listSources, readCodes, readTable, readText, type Import } from '../kit/tree.ts';

const document = readText('ARCHITECTURE.md');
const rooms = readTable(document, 'from').map(([from = '', to = '']) => ({
  from: readCodes(from),
  to: readCodes(to),
  npm: /\bnpm\b/.test(to),
  everything: /\beverything\b/.test(to),
}));
const doors = readTable(document, 'package').map(([names = '', where = '']) => ({
  names: readCodes(names),
  where: readCodes(where),
}));
const imports = listSources().flatMap(listImports);

/** Whether `path` is `place` or lies in it; `config` stands for `config.ts`. */
const isIn = (path: string, place: string): boolean =>
  path === place || path === `${place}.ts` || path.startsWith(`${place}/`);

function longestMatch(path: string, places: string[]): number {
  return Math.max(-1, ...places.filter((place) => isIn(path, place)).map((place) => place.length));
}

/** The row for a file is the one that names the innermost folder around it. */
function findRow(path: string) {
  const [best] = rooms
    .map((row) => ({ row, length: longestMatch(path, row.from) }))
    .toSorted((a, b) => b.length - a.length);
  return best && best.length >= 0 ? best.row : undefined;
}

function isAllowed({ from, to, kind }: Import): boolean {
  const row = findRow(from);
  if (!row) return false;
  if (row.everything || kind === 'node') return true;
  if (kind === 'package') return row.npm || row.to.includes(to);
  const own = row.from.filter((place) => isIn(from, place));
  return [...own, ...row.to].some((place) => isIn(to, place));
}

const isUsed = (name: string, place: string) =>
  imports.some(({ from, to }) => to === name && isIn(from, place));
const show = ({ from, to }: Import) => `${from} -> ${to}`;

describe('imports', () => {
  it('has a row in ARCHITECTURE.md for every file', () => {
    expect(listSources().filter((path) => !findRow(path))).toEqual([]);
  });

  it('follows the table in ARCHITECTURE.md', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.filter((each) => !isAllowed(each)).map(show)).toEqual([]);
  });

  it('enters each package by its door', () => {
    const astray = imports.filter(({ from, to, kind }) => {
      const door = kind === 'package' && doors.find(({ names }) => names.includes(to));
      return door && !from.startsWith('test/') && !door.where.some((place) => isIn(from, place));
    });
    expect(astray.map(show)).toEqual([]);
  });

  it('names no door that nobody uses', () => {
    const idle = doors.flatMap(({ names, where }) =>
      names.filter((name) => !where.some((place) => isUsed(name, place))),
    );
    expect(idle).toEqual([]);
  });
});
