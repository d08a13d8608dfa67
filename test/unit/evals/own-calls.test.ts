import { expect, it } from 'vitest';
import { OWN_TAGS, withoutOwnCalls } from '../../../collector/record/call-filter.ts';

it('leaves the calls of Sekisho out, besides what the filter leaves out itself', () => {
  const { not_tag, ...rest } = withoutOwnCalls({ prompt: ['p'], not_tag: ['internal', 'sekisho:judge'] });
  expect(rest).toEqual({ prompt: ['p'] });
  expect(not_tag?.toSorted()).toEqual([...OWN_TAGS, 'internal'].toSorted());
});

it('takes a filter that names a tag at its word', () => {
  const filter = { tag: ['sekisho:sample'] };
  expect(withoutOwnCalls(filter)).toEqual(filter);
  expect(withoutOwnCalls({ tag: [] }).not_tag).toEqual([...OWN_TAGS]);
});
