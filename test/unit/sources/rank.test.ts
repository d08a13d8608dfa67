import { describe, expect, it } from 'vitest';
import { fuseHits, mergeHits } from '../../../evals/sources/rank.ts';

const hits = (...positions: number[]) =>
  positions.map((position, index) => ({
    file_id: 'file',
    ingest_id: 'a',
    position,
    score: 0.9 - index * 0.1,
  }));
const EVEN = { embedding_weight: 1, text_weight: 1 };
const show = (list: ReturnType<typeof hits>) => list.map(({ position, score }) => [position, score]);

describe('reciprocal rank fusion', () => {
  it('is 1 for the first of both lists, and by the formula for the others', () => {
    const fused = fuseHits({ vector: hits(1, 2, 3), words: hits(1, 3) }, EVEN);
    const most = 2 / 61;
    expect(fused.map(({ position }) => position)).toEqual([1, 3, 2]);
    expect(fused[0]?.score).toBeCloseTo(1, 12);
    expect(fused[1]?.score).toBeCloseTo((1 / 63 + 1 / 62) / most, 12);
    expect(fused[2]?.score).toBeCloseTo(1 / 62 / most, 12);
  });

  it('counts each list for as much as it is told', () => {
    const lists = { vector: hits(1, 2), words: hits(2, 1) };
    expect(fuseHits(lists, { embedding_weight: 2, text_weight: 1 })[0]?.position).toBe(1);
    expect(fuseHits(lists, { embedding_weight: 1, text_weight: 2 })[0]?.position).toBe(2);
    const one = fuseHits({ vector: hits(1, 2), words: hits(3) }, { embedding_weight: 0.5, text_weight: 0 });
    expect(one.map(({ position }) => position)).toEqual([1, 2]);
    expect(one[0]?.score).toBeCloseTo(1, 12);
  });
});

it('several questions: a chunk counts as what it was best at, and is there once', () => {
  const second = hits(9, 2).map((hit) => ({ ...hit, score: hit.score + 0.05 }));
  expect(show(mergeHits([hits(1, 2), second]))).toEqual([
    [9, 0.9500000000000001],
    [1, 0.9],
    [2, 0.8500000000000001],
  ]);
});
