import { describe, expect, it } from 'vitest';
import { type AttributeFilter, toAttributeTest } from '../../../evals/sources/filter.ts';

const FILE = { year: 2026, team: 'sea', draft: false, day: '2026-11-22' };
const passes = (filter: AttributeFilter): boolean => toAttributeTest(filter)(FILE);
const compare = (type: string, key: string, value: unknown) => ({ type, key, value }) as AttributeFilter;

describe('filters on attributes', () => {
  it.each([
    ['eq', 'year', 2026, true],
    ['eq', 'year', '2026', false],
    ['eq', 'draft', false, true],
    ['eq', 'missing', 'x', false],
    ['ne', 'team', 'land', true],
    ['ne', 'team', 'sea', false],
    ['ne', 'missing', 'x', true],
    ['gt', 'year', 2025, true],
    ['gt', 'year', 2026, false],
    ['gte', 'year', 2026, true],
    ['lt', 'year', 2027, true],
    ['lte', 'year', 2025, false],
    ['gt', 'day', '2026-11-01', true],
    ['gt', 'year', '2025', false],
    ['lt', 'missing', 5, false],
    ['gte', 'draft', false, false],
    ['in', 'team', ['sea', 'land'], true],
    ['in', 'team', [], false],
    ['in', 'missing', ['x'], false],
    ['nin', 'team', ['land'], true],
    ['nin', 'missing', ['x'], true],
    ['eq', 'constructor', 'x', false],
    ['ne', 'toString', 'x', true],
  ])('%s %s %j: %s', (type, key, value, expected) => {
    expect(passes(compare(type, key, value))).toBe(expected);
  });

  it('are joined by and, or, and both in each other', () => {
    const yes = compare('eq', 'team', 'sea');
    const no = compare('eq', 'team', 'land');
    expect(passes({ type: 'and', filters: [yes, no] })).toBe(false);
    expect(passes({ type: 'or', filters: [no, yes] })).toBe(true);
    expect(passes({ type: 'and', filters: [yes, { type: 'or', filters: [no, yes] }] })).toBe(true);
  });

  it.each([
    ['a list where one value is meant', compare('eq', 'team', ['sea'])],
    ['one value where a list is meant', compare('in', 'team', 'sea')],
  ])('refuses %s', (_name, filter) => {
    expect(() => toAttributeTest(filter)).toThrow(/^filters: /);
  });

  it('refuses a nest that nobody means', () => {
    let filter = compare('eq', 'team', 'sea');
    for (let depth = 0; depth < 30; depth++) filter = { type: 'and', filters: [filter] };
    expect(() => toAttributeTest(filter)).toThrow('nested more than 20 deep');
  });
});
