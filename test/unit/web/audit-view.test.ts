import { expect, it } from 'vitest';
import {
  isLong,
  parseAuditView,
  toAuditQuery,
  toValueText,
} from '../../../console/web/src/audit/audit-view.ts';
import { diffTexts } from '../../../console/web/src/ui/text-diff.ts';

it('stands in the address and comes back from it', () => {
  const view = { kind: 'prompt', id: 'pmpt_1', actor: 'acc_1', jobs: true, seq: 12 };
  expect(parseAuditView(toAuditQuery(view))).toEqual(view);
  expect(toAuditQuery({ kind: '', id: '', actor: '', jobs: false, seq: 0 })).toEqual({});
  expect(parseAuditView({ seq: '-1', jobs: 'yes', kind: ['a', 'b'] })).toEqual({
    kind: 'a',
    id: '',
    actor: '',
    jobs: false,
    seq: 0,
  });
});

it('shows values as people read them', () => {
  expect([toValueText('text'), toValueText(2), toValueText(null), toValueText(undefined)]).toEqual([
    'text',
    '2',
    '',
    '',
  ]);
  expect(toValueText({ a: [1] })).toContain('"a"');
  expect(isLong('short', 'short')).toBe(false);
  expect(isLong('two\nlines', 'x'.repeat(50))).toBe(true);
  expect(isLong('x'.repeat(50), null)).toBe(false);
});

it.each([
  ['You answer in two sentences.', 'You answer in one sentence.', 'en'],
  ['注文した本はいつ届きますか。', '注文した本がいつ届くか教えて。', 'ja'],
  ['', 'new', 'en'],
  ['same', 'same', 'en'],
  ['line one\n'.repeat(3000), `${'line one\n'.repeat(2999)}another\n`, 'en'],
])('finds what differs, and loses nothing of either text', async (before, after, locale) => {
  const parts = await diffTexts(before, after, locale);
  const without = (kind: 'added' | 'removed') =>
    parts.flatMap((part) => (part.kind === kind ? [] : [part.text])).join('');
  expect([without('added'), without('removed')]).toEqual([before, after]);
});

it('compares Japanese by words, not as one', async () => {
  const parts = await diffTexts('注文した本はいつ届きますか', '注文した服はいつ届きますか', 'ja');
  expect(parts.filter(({ kind }) => kind !== 'same').map(({ text }) => text)).toEqual(['本', '服']);
});
