/** The words of the call list, from a URL and from a job. */
import { describe, expect, it } from 'vitest';
import { callFilter, findScoreCondition, keptCallFilter } from '../../../collector/record/call-filter.ts';

describe('a condition on a score', () => {
  it.each([
    ['quality>=0.5', { name: 'quality', operator: '>=', value: 0.5 }],
    ['quality <= -1e3', { name: 'quality', operator: '<=', value: -1000 }],
    ['quality>0', { name: 'quality', operator: '>', value: 0 }],
    ['quality<1', { name: 'quality', operator: '<', value: 1 }],
    ['thumb=1', { name: 'thumb', operator: '=', value: 1 }],
    ['answer relevance v2.1=0.25', { name: 'answer relevance v2.1', operator: '=', value: 0.25 }],
    ['口調=親しい', { name: '口調', operator: '=', value: '親しい' }],
  ])('%s', (text, condition) => expect(findScoreCondition(text)).toEqual(condition));

  it.each([['quality'], ['>=1'], ['quality>='], ['quality>=high'], ['a>=1>=2'], ['quality==1'], ['']])(
    'not %j',
    (text) => expect(findScoreCondition(text)).toBeUndefined(),
  );
});

describe('a filter', () => {
  it('reads lists with commas, as they stand in a URL, and lists', () => {
    const words = { feedback: 'up,none', score: 'quality>=0.5,tone=friendly', prompt: 'support@2,', tag: '' };
    const lists = {
      feedback: ['up', 'none'],
      score: ['quality>=0.5', 'tone=friendly'],
      prompt: ['support@2'],
      tag: [],
    };
    expect(callFilter.parse(words)).toEqual(lists);
    expect(keptCallFilter.parse(lists)).toEqual(lists);
  });

  it.each([
    [{ feedback: 'liked' }],
    [{ score: 'quality' }],
    [{ status: 'fine' }],
    [{ from: 'yesterday' }],
    [{ tag: [1] }],
  ])('refuses %j', (words) => expect(callFilter.safeParse(words).success).toBe(false));

  it('that is kept has no word that does not exist', () => {
    expect(keptCallFilter.safeParse({ modle: ['x'] }).success).toBe(false);
    expect(keptCallFilter.safeParse({}).success).toBe(true);
  });
});
