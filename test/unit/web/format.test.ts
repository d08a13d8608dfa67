import { describe, expect, it } from 'vitest';
import { formatCost, formatExactCost } from '../../../console/web/src/format/cost.ts';
import { findDuration } from '../../../console/web/src/format/duration.ts';
import { formatBytes, formatCount, formatShortCount } from '../../../console/web/src/format/number.ts';
import { formatAgo, formatFullTime, formatRowTime } from '../../../console/web/src/format/time.ts';

describe('cost', () => {
  it.each([
    ['0', '$0'],
    ['0.000000000000', '$0'],
    ['0.000123000000', '$0.000123'],
    ['0.000004512', '$0.0000045'],
    ['0.0000999', '$0.0001'],
    ['0.000000000001', '<$0.000001'],
    ['0.00012345', '$0.000123'],
    ['0.1', '$0.1'],
    ['0.305', '$0.305'],
    ['0.9999', '$1'],
    ['1', '$1.00'],
    ['12.345', '$12.35'],
    ['1234567.891', '$1,234,567.89'],
    ['-0.25', '-$0.25'],
  ])('shows %s as %s', (decimal, shown) => expect(formatCost(decimal, 'en')).toBe(shown));

  it('gives back what is no number, and never a wrong amount', () => {
    expect(formatCost('', 'en')).toBe('');
    expect(formatCost('n/a', 'en')).toBe('n/a');
  });

  it('keeps every digit in full', () => {
    expect(formatExactCost('0.000123450000')).toBe('$0.00012345');
    expect(formatExactCost('12')).toBe('$12');
  });
});

describe('duration', () => {
  it.each([
    [0, '0 ms'],
    [340, '340 ms'],
    [999.6, '1.00 s'],
    [1240, '1.24 s'],
    [9994, '9.99 s'],
    [9996, '10.0 s'],
    [59_940, '59.9 s'],
    [59_960, '1 m 00 s'],
    [125_000, '2 m 05 s'],
    [3_599_900, '1 h 00 m'],
    [3_720_000, '1 h 02 m'],
  ])('shows %d ms as %s', (ms, shown) => expect(findDuration(ms)).toBe(shown));

  it('has no words for what is unknown', () => {
    expect(findDuration(-1)).toBeUndefined();
    expect(findDuration(Number.NaN)).toBeUndefined();
  });
});

describe('counts', () => {
  it('are full where they are compared and short where they are a headline', () => {
    expect(formatCount(1_234_567, 'en')).toBe('1,234,567');
    expect(formatShortCount(123_456, 'en')).toBe('123,456');
    expect(formatShortCount(1_234_567, 'en')).toBe('1.23M');
    expect(formatShortCount(1_234_567, 'ja')).toBe('123万');
  });

  it('are in decimal units where they are bytes', () => {
    expect([640, 1200, 48_200, 999_600, 2_300_000].map(formatBytes)).toEqual([
      '640 B',
      '1.2 KB',
      '48 KB',
      '1.0 MB',
      '2.3 MB',
    ]);
  });
});

describe('times', () => {
  const at = new Date(2026, 10, 22, 17, 58, 3, 7).toISOString();

  it('are short in rows and full in tooltips, in the reader’s zone', () => {
    expect(formatRowTime(at, 'en')).toBe('Nov 22, 17:58:03');
    expect(formatRowTime(at, 'ja')).toBe('11/22 17:58:03');
    expect(formatFullTime(at, 'en')).toContain('17:58:03.007');
  });

  it('say how long ago they were, never in the future', () => {
    const now = Date.parse(at);
    expect(formatAgo(at, now + 42_000, 'en')).toBe('42 seconds ago');
    expect(formatAgo(at, now + 150_000, 'en')).toBe('2 minutes ago');
    expect(formatAgo(at, now + 7_300_000, 'ja')).toBe('2 時間前');
    expect(formatAgo(at, now - 5000, 'en')).toBe('now');
  });
});
