import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../errors.ts';
import { listSources, readCodes, readTable, readText } from '../kit/tree.ts';

const documented = readTable(readText('ERRORS.md'), 'code').map(
  ([code = '', status, type = '', meaning]) => ({
    code: readCodes(code)[0] ?? '',
    status: Number(status),
    type: readCodes(type)[0] ?? '',
    meaning: meaning ?? '',
  }),
);

const byCode = (a: { code: string }, b: { code: string }) => a.code.localeCompare(b.code);

describe('error codes', () => {
  it('documents every code with its status and type, and no other', () => {
    const table = Object.entries(ERROR_CODES).map(([code, { status, type }]) => ({ code, status, type }));
    const rows = documented.map(({ code, status, type }) => ({ code, status, type }));
    expect(rows.toSorted(byCode)).toEqual(table.toSorted(byCode));
    expect(documented.filter(({ meaning }) => meaning.length < 20)).toEqual([]);
  });

  it('throws every code somewhere', () => {
    const sources = listSources().filter(
      (path) => path !== 'errors.ts' && !/^(test|console\/web)\//.test(path),
    );
    const text = sources.map(readText).join('\n') + readText('errors.ts').split('/** Any thrown value')[1];
    expect(Object.keys(ERROR_CODES).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });
});
