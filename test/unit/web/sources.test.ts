import { describe, expect, it } from 'vitest';
import { CHUNK_LIMITS, findChunkingProblem } from '../../../console/web/src/sources/chunking.ts';
import { findRefusal, MAX_BYTES } from '../../../console/web/src/sources/file-kinds.ts';
import { findWords, toPieces } from '../../../console/web/src/sources/highlight.ts';
import { findOverlap } from '../../../console/web/src/sources/overlap.ts';
import { findMoves } from '../../../console/web/src/sources/ranks.ts';
import { toUseSnippet, USE_LANGUAGES } from '../../../console/web/src/sources/snippets.ts';
import {
  listModes,
  parseSourceView,
  type SourceView,
  toSourceQuery,
} from '../../../console/web/src/sources/source-view.ts';

describe('the view of a source in the URL', () => {
  const full: SourceView = {
    tab: 'try',
    file: 'file-1',
    q: '送料は？',
    mode: 'text',
    versus: 'vector',
    count: '20',
  };

  it('comes back as it went in, and is empty where all is as usual', () => {
    expect(parseSourceView(toSourceQuery(full))).toEqual(full);
    expect(toSourceQuery(parseSourceView({}))).toEqual({});
  });

  it('falls back where it does not understand, and compares no way with itself', () => {
    const odd = { tab: 'nope', mode: 'guess', versus: 'text', count: '7' };
    expect(parseSourceView(odd)).toEqual({ ...parseSourceView({}), versus: 'text' });
    expect(parseSourceView({ mode: 'text', versus: 'text' })).toMatchObject({ mode: 'text', versus: '' });
  });

  it('offers meaning only where there is a model', () => {
    expect(listModes('')).toEqual(['text']);
    expect(listModes('text-embedding-3-small')).toEqual(['hybrid', 'text', 'vector']);
  });
});

describe('a file', () => {
  it.each([
    ['guide.md', 10, undefined],
    ['GUIDE.PDF', 10, undefined],
    ['返品.html', 10, undefined],
    ['table.xlsx', 10, 'kind'],
    ['pdf', 10, 'kind'],
    ['empty.txt', 0, 'empty'],
    ['huge.txt', MAX_BYTES + 1, 'size'],
    ['large.txt', MAX_BYTES, undefined],
  ])('%s of %i bytes: %s', (name, size, refusal) => {
    expect(findRefusal({ name, size })).toBe(refusal);
  });
});

describe('chunk size and overlap', () => {
  it.each([
    [800, 400, undefined],
    [100, 0, undefined],
    [4096, 2048, undefined],
    [99, 0, 'size'],
    [4097, 0, 'size'],
    [800.5, 0, 'size'],
    [800, 401, 'overlap'],
    [800, -1, 'overlap'],
    [800, 1.5, 'overlap'],
  ])('%f and %f: %s', (size, overlap, where) => {
    expect(findChunkingProblem(size, overlap)?.where).toBe(where);
  });

  it('begin as they may stay', () => {
    expect(findChunkingProblem(CHUNK_LIMITS.size.usual, CHUNK_LIMITS.overlap.usual)).toBeUndefined();
  });
});

describe('the words of a question in a text', () => {
  const marked = (text: string, question: string): string =>
    toPieces(text, question)
      .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
      .join('');

  it('are found in any case, with their endings, from their beginning', () => {
    expect(marked('Refunds are refunded; no prefund.', 'When is the refund?')).toBe(
      '[Refunds] are [refunded]; no prefund.',
    );
  });

  it('are the words of a Japanese sentence, not its particles', () => {
    expect(findWords('送料は返金されますか')).toEqual(expect.arrayContaining(['送料', '返金']));
    expect(findWords('送料は返金されますか')).not.toContain('は');
    expect(marked('返金は、送料を除きます。', '送料は返金されますか')).toBe('[返金]は、[送料]を除きます。');
  });

  it('leave the text as it is, whatever stands in it', () => {
    for (const text of ['', 'a.b*c (d) [e] $1', '<mark>x</mark>', '👋🏽 hello\n\nhello']) {
      const pieces = toPieces(text, 'hello a.b*c (d) [e]');
      expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    }
  });

  it('mark nothing where there is nothing to look for', () => {
    expect(toPieces('the and of', 'what is the')).toEqual([{ text: 'the and of', hit: false }]);
    expect(toPieces('text', '')).toEqual([{ text: 'text', hit: false }]);
  });
});

describe('what a chunk repeats of the one before', () => {
  it.each([
    ['one two three', 'two three four', 9],
    ['one', 'two', 0],
    ['aaa', 'aaaa', 3],
    ['same', 'same', 4],
    ['long ending', 'ending', 6],
    ['abab', 'babab', 3],
    ['', 'x', 0],
    ['x', '', 0],
  ])('%j then %j: %i characters', (before, next, overlap) => {
    expect(findOverlap(before, next)).toBe(overlap);
  });

  it('is found at once in long texts of one letter', () => {
    const text = 'a'.repeat(50_000);
    expect(findOverlap(text, `${text}b`)).toBe(50_000);
  });
});

describe('places against another list', () => {
  it('are counted by file and chunk', () => {
    const hit = (file_id: string, chunk: number) => ({ file_id, chunk });
    const first = [hit('a', 1), hit('b', 0), hit('a', 0)];
    const second = [hit('a', 0), hit('a', 1), hit('c', 0)];
    expect(findMoves(first, second)).toEqual([1, undefined, -2]);
  });
});

describe('the snippets', () => {
  it.each(USE_LANGUAGES)('name the store and carry the question safely (%s)', (language) => {
    const question = 'What is "free"?';
    for (const way of ['answer', 'search'] as const) {
      const code = toUseSnippet(way, language, { id: 'vs_1', question });
      expect(code).toContain('vs_1');
      expect(code).toContain('\\"free\\"');
    }
  });
});
