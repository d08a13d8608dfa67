import { describe, expect, it } from 'vitest';
import { toPage } from '../../../console/api/managed/page-of.ts';
import { findChanges } from '../../../console/api/managed/changes.ts';

const items = Array.from({ length: 7 }, (_none, i) => ({ id: `id-${i}` }));
const ids = (page: { data: { id: string }[] }) => page.data.map(({ id }) => id.slice(3)).join('');

describe('a page of a list', () => {
  it.each(['asc', 'desc'] as const)('follows the one before until all have come, %s', (order) => {
    const seen: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = toPage(items, { limit: 3, order, ...(after ? { after } : {}) });
      seen.push(...page.data.map(({ id }) => id));
      expect([page.first_id, page.last_id]).toEqual([page.data[0]?.id, page.data.at(-1)?.id]);
      if (!page.has_more) break;
      after = page.last_id ?? '';
    }
    expect(seen).toEqual((order === 'asc' ? items : items.toReversed()).map(({ id }) => id));
  });

  it('ends where `before` says, and tells whether more comes before', () => {
    expect(ids(toPage(items, { limit: 3, order: 'asc', before: 'id-5' }))).toBe('234');
    expect(toPage(items, { limit: 3, order: 'asc', before: 'id-5' }).has_more).toBe(true);
    expect(toPage(items, { limit: 9, order: 'asc', before: 'id-5' })).toMatchObject({ has_more: false });
    expect(ids(toPage(items, { limit: 9, order: 'asc', after: 'id-1', before: 'id-4' }))).toBe('23');
  });

  it('goes on after what has been deleted since', () => {
    const isShown = ({ id }: { id: string }): boolean => Number(id.slice(3)) > 3;
    const page = toPage(items, { limit: 2, order: 'asc', after: 'id-2' }, isShown);
    expect([ids(page), page.has_more]).toEqual(['45', true]);
    expect(ids(toPage(items, { limit: 2, order: 'desc', after: 'id-6' }, isShown))).toBe('54');
    expect(toPage(items, { limit: 2, order: 'desc', after: 'id-6' }, isShown).has_more).toBe(false);
  });

  it('of nothing is empty', () => {
    const empty = { object: 'list', data: [], first_id: null, last_id: null, has_more: false };
    expect(toPage([], { limit: 3, order: 'asc' })).toEqual(empty);
  });

  it('is refused after something that is not in the list', () => {
    expect(() => toPage(items, { limit: 3, order: 'asc', after: 'id-99' })).toThrow('not in this list');
  });
});

describe('changes between two states', () => {
  it('are named by path; a list is one leaf; what is missing is null', () => {
    const before = { name: 'a', labels: { production: 1, old: 2 }, list: [1, 2] };
    const after = { name: 'a', labels: { production: 3, staging: 3 }, list: [2] };
    expect(findChanges(before, after)).toEqual([
      { path: 'labels.production', before: 1, after: 3 },
      { path: 'labels.old', before: 2, after: null },
      { path: 'labels.staging', before: null, after: 3 },
      { path: 'list', before: [1, 2], after: [2] },
    ]);
  });
});
