import { describe, expect, it } from 'vitest';
import {
  countTerms,
  hashTerm,
  iterateTerms,
  toSearchTerms,
} from '../../../collector/queries/search-words.ts';

const termsOf = (text: string): string[] => [...iterateTerms(text)].map(({ term }) => term);

describe('terms', () => {
  it.each([
    ['The quick, brown_fox: 3.5%', ['the', 'quick', 'brown', 'fox', '3', '5']],
    ['Café naïve ÉCOLE', ['café', 'naïve', 'école']],
    ['返品の手順', ['返品', '品の', 'の手', '手順']],
    ['データベース', ['デー', 'ータ', 'タベ', 'ベー', 'ース']],
    ['「API」キーを使う', ['api', 'キー', 'ーを', 'を使', '使う']],
    ['ＡＰＩ　ｷｰ', ['api', 'キー']],
    ['𠮷野家', ['𠮷野', '野家']],
    ['수도 서울', ['수도', '서울']],
    ['猫 and 犬', ['and']],
    ['<!-- ... --> ', []],
  ])('of %s', (text, expected) => {
    expect(termsOf(text)).toEqual(expected);
  });

  it('are the same for what is written in two ways', () => {
    expect(termsOf('ガイド')).toEqual(termsOf('ｶﾞｲﾄﾞ'));
    expect(termsOf('Straße ﬁne')).toEqual(['straße', 'fine']);
  });

  it('of a query are each there once, words and pairs apart, and not endlessly many', () => {
    expect(toSearchTerms('to be or not to be 灯台 灯台', 48)).toEqual({
      words: ['to', 'be', 'or', 'not'],
      pairs: ['灯台'],
    });
    const many = toSearchTerms(Array.from({ length: 500 }, (_, i) => `w${i}`).join(' '), 48);
    expect(many.words).toHaveLength(48);
  });

  it('of a chunk are counted by their hash, ascending', () => {
    const { terms, counts, length } = countTerms(`lamp Lamp 灯台 ${'the '.repeat(300)}`);
    expect(length).toBe(303);
    expect([...terms]).toEqual([...terms].toSorted((a, b) => a - b));
    const countOf = (term: string) => counts[terms.indexOf(hashTerm(term))];
    expect([countOf('lamp'), countOf('灯台'), countOf('the')]).toEqual([2, 1, 255]);
  });
});
