import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { toChunks } from '../../../evals/sources/chunk.ts';

const rule = (size: number, overlap: number) => ({
  max_chunk_size_tokens: size,
  chunk_overlap_tokens: overlap,
});

const TEXTS: Record<string, string> = {
  english: 'The keeper climbs the stairs, trims the wick and writes the hour down. '.repeat(200),
  japanese: '灯台守は階段を上り、芯を整えて、時刻を書き留める。𠮷野家で昼食。'.repeat(150),
  emoji: '😀👨‍👩‍👧🏴‍☠️🇯🇵 a '.repeat(300),
  rare: '𓂀𓃠𒀀ᚠᛇ𐍈'.repeat(300),
  run: 'x'.repeat(20_000),
  controls: 'say <|endoftext|> aloud\u200b\n\n\t'.repeat(200),
};

/** Where each chunk begins in the text, found from the one before. */
function findStarts(text: string, chunks: readonly string[]): number[] {
  let from = 0;
  return chunks.map((chunk) => {
    const at = text.indexOf(chunk, from);
    from = at + 1;
    return at;
  });
}

describe.each(Object.entries(TEXTS))('a text of %s', (name, text) => {
  it.each([
    [100, 0],
    [100, 50],
    [800, 400],
    [333, 100],
  ])('in chunks of %i that share %i: whole, in bounds, no character cut', (size, overlap) => {
    const { chunks, tokens } = toChunks(text, rule(size, overlap));
    const texts = chunks.map((chunk) => chunk.text);
    expect(texts.every((each) => each.isWellFormed() && !each.includes('\uFFFD'))).toBe(true);
    expect(chunks.every((chunk) => chunk.tokens <= size && chunk.tokens > 0)).toBe(true);
    // Every chunk but the last is full, save for a character that did not fit.
    expect(chunks.slice(0, -1).every((chunk) => chunk.tokens > size - 4)).toBe(true);
    // Tokens add up: what is shared is counted twice, exactly, or by a character more.
    const shared = chunks.reduce((sum, chunk) => sum + chunk.tokens, 0) - tokens;
    expect(shared).toBeGreaterThanOrEqual(overlap * (chunks.length - 1));
    expect(shared).toBeLessThanOrEqual((overlap + 3) * (chunks.length - 1));
    if (overlap === 0) expect(texts.join('')).toBe(text);
    else if (name !== 'run') expect(findStarts(text, texts).every((at) => at >= 0)).toBe(true);
    expect(text.startsWith(texts[0] ?? '?')).toBe(true);
    expect(text.endsWith(texts.at(-1) ?? '?')).toBe(true);
  });
});

it('cuts exactly at tokens, and overlaps by exactly as many, where each token is whole characters', () => {
  const words = Array.from({ length: 1_000 }, (_, index) => ` ${index % 10}`);
  const text = words.join('');
  const ids = encode(text);
  const { chunks, tokens } = toChunks(text, rule(100, 25));
  expect(tokens).toBe(ids.length);
  for (const [index, chunk] of chunks.entries()) {
    expect(encode(chunk.text)).toEqual(ids.slice(index * 75, index * 75 + 100));
    expect(chunk.tokens).toBe(Math.min(100, ids.length - index * 75));
  }
  expect(chunks).toHaveLength(Math.ceil((ids.length - 25) / 75));
});

it('makes one chunk of what fits, and none of nothing', () => {
  expect(toChunks('short', rule(100, 50))).toEqual({ chunks: [{ text: 'short', tokens: 1 }], tokens: 1 });
  expect(toChunks('', rule(100, 50))).toEqual({ chunks: [], tokens: 0 });
});

it('mends halves of characters instead of passing them on', () => {
  const [chunk] = toChunks('a \uD83D b', rule(100, 50)).chunks;
  expect(chunk?.text).toBe('a \uFFFD b');
});

it('goes through 200,000 letters without a gap in a second or two', () => {
  const started = performance.now();
  expect(toChunks('ab'.repeat(100_000), rule(800, 400)).tokens).toBeGreaterThan(10_000);
  expect(performance.now() - started).toBeLessThan(10_000);
});

it('stops at more tokens than it may take', () => {
  expect(() => toChunks('word '.repeat(1_000), rule(100, 50), 500)).toThrow(RangeError);
});
