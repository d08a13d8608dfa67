import { describe, expect, it } from 'vitest';
import {
  type CallView,
  isFiltered,
  isOpenEnded,
  parseCallView,
  passesView,
  toCallFilter,
  toFilterKey,
  toUrlQuery,
} from '../../../console/web/src/calls/call-view.ts';
import { fromLocalInput, toLocalInput } from '../../../console/web/src/calls/local-input.ts';
import { compareRows, mergeRows } from '../../../console/web/src/calls/row-order.ts';

const CALL = `${'a1'.repeat(16)}.${'b2'.repeat(8)}`;
const FULL: CallView = {
  range: '24h',
  from: '2026-11-22T01:00:00.000Z',
  to: '2026-11-22T02:30:00.000Z',
  model: ['gpt-4o', 'claude-sonnet-4-5'],
  status: ['error', 'cancelled'],
  session_id: 'sess/1 & 2',
  user_id: '利用者-7',
  prompt: ['support@3', 'greeting'],
  feedback: ['down', 'corrected'],
  tag: ['vip'],
  score: ['quality>=0.5', 'tone=friendly'],
  trace_id: 'a1'.repeat(16),
  own: 'hide',
  call: CALL,
  tab: 'raw',
};

/** Through a real URL and back, as the browser does it. */
function throughUrl(view: CallView): CallView {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(toUrlQuery(view))) {
    for (const item of Array.isArray(value) ? value : [value]) search.append(key, String(item));
  }
  const query: Record<string, string[]> = {};
  for (const key of new URLSearchParams(search.toString()).keys()) query[key] = search.getAll(key);
  return parseCallView(query);
}

describe('the view in the URL', () => {
  it('comes back as it went in', () => {
    expect(throughUrl(FULL)).toEqual(FULL);
    expect(
      throughUrl({ ...FULL, from: '', to: '', range: '7d', call: '', tab: 'conversation' }),
    ).toMatchObject({
      range: '7d',
      call: '',
    });
  });

  it('is empty where all is as usual', () => {
    expect(toUrlQuery(parseCallView({}))).toEqual({});
  });

  it('keeps keys that are not its own', () => {
    expect(toUrlQuery(parseCallView({}), { debug: '1', range: '7d' })).toEqual({ debug: '1' });
  });

  it('falls back where it does not understand', () => {
    const view = parseCallView({
      range: 'soon',
      from: 'yesterday',
      status: ['ok', 'odd', null],
      call: '../../x',
      tab: ['nope'],
      model: '',
    });
    expect(view).toEqual({ ...parseCallView({}), status: ['ok'] });
  });

  it('does not say which tab while no call is open', () => {
    expect(toUrlQuery({ ...parseCallView({}), tab: 'raw' })).toEqual({});
  });
});

describe('the filter of a view', () => {
  const now = Date.parse('2026-11-22T12:00:00.000Z');

  it('fixes a relative range to a moment', () => {
    expect(toCallFilter(parseCallView({ range: '15m' }), now)).toEqual({ from: '2026-11-22T11:45:00.000Z' });
  });

  it('says what is asked for in the server’s words', () => {
    expect(toCallFilter(FULL, now)).toEqual({
      from: FULL.from,
      to: FULL.to,
      model: FULL.model,
      status: FULL.status,
      prompt: FULL.prompt,
      feedback: FULL.feedback,
      tag: FULL.tag,
      score: FULL.score,
      session_id: FULL.session_id,
      user_id: FULL.user_id,
      trace_id: FULL.trace_id,
      not_tag: ['sekisho:judge', 'sekisho:sample', 'sekisho:embedding', 'sekisho:playground'],
    });
  });

  it('takes a custom range over a relative one, open at either end', () => {
    expect(toCallFilter(FULL, now)).toMatchObject({ from: FULL.from, to: FULL.to });
    expect(toCallFilter({ ...parseCallView({ range: '7d' }), to: FULL.to }, now)).toEqual({ to: FULL.to });
  });

  it('does not change with the open call, and says what narrows', () => {
    expect(toFilterKey(FULL)).toBe(toFilterKey({ ...FULL, call: '', tab: 'timing' }));
    expect(toFilterKey(FULL)).not.toBe(toFilterKey({ ...FULL, user_id: '' }));
    expect([isFiltered(FULL), isFiltered(parseCallView({ range: '7d' }))]).toEqual([true, false]);
    expect([isOpenEnded(FULL), isOpenEnded(parseCallView({}))]).toEqual([false, true]);
  });

  it('lets live calls through by the same rules', () => {
    const call = {
      trace_id: FULL.trace_id,
      request_model: 'gpt-4o',
      status: 'error',
      session_id: FULL.session_id,
      user_id: FULL.user_id,
      prompt_name: 'support',
      prompt_version: 3,
      tags: ['vip'],
    } as const;
    // Nobody has said anything of a call that has just come.
    const full: CallView = { ...FULL, feedback: ['none'], score: [] };
    expect(passesView(call, full)).toBe(true);
    expect(passesView(call, { ...full, feedback: ['down'] })).toBe(false);
    expect(passesView(call, { ...full, score: ['quality>=0.5'] })).toBe(false);
    expect(passesView({ ...call, status: 'ok' }, full)).toBe(false);
    expect(passesView({ ...call, request_model: 'other' }, full)).toBe(false);
    expect(passesView({ ...call, user_id: '' }, full)).toBe(false);
    expect(passesView({ ...call, trace_id: 'b2'.repeat(16) }, full)).toBe(false);
    expect(passesView({ ...call, prompt_version: 2 }, full)).toBe(false);
    expect(passesView({ ...call, prompt_name: 'greeting', prompt_version: 9 }, full)).toBe(true);
    expect(passesView({ ...call, tags: [] }, full)).toBe(false);
    expect(passesView({ ...call, tags: ['vip', 'sekisho:judge'] }, full)).toBe(false);
    expect(passesView({ ...call, tags: ['vip', 'sekisho:judge'] }, { ...full, own: 'show' })).toBe(true);
    expect(passesView({ ...call, user_id: '', tags: [] }, parseCallView({}))).toBe(true);
  });
});

describe('the rows', () => {
  const row = (second: number, span = 'aa') => ({
    started_at: new Date(second * 1000).toISOString(),
    trace_id: `t${second}`,
    span_id: span,
  });

  it('stand newest first, ties by id, as the server orders them', () => {
    expect([row(1), row(3), row(2, 'aa'), row(2, 'bb')].toSorted(compareRows)).toEqual([
      row(3),
      row(2, 'bb'),
      row(2, 'aa'),
      row(1),
    ]);
  });

  it('take new ones at their places, each once', () => {
    expect(mergeRows([row(5), row(3)], [row(4), row(5), row(6), row(6)], true)).toEqual([
      row(6),
      row(5),
      row(4),
      row(3),
    ]);
  });

  it('leave to its page what belongs below the last one loaded', () => {
    expect(mergeRows([row(5), row(3)], [row(2)], true)).toEqual([row(5), row(3)]);
    expect(mergeRows([row(5), row(3)], [row(2)], false)).toEqual([row(5), row(3), row(2)]);
    expect(mergeRows([], [row(2)], true)).toEqual([row(2)]);
  });
});

describe('a custom range', () => {
  it('is typed in the reader’s zone and asked for in UTC', () => {
    const typed = '2026-11-22T17:58';
    expect(toLocalInput(fromLocalInput(typed))).toBe(typed);
    expect([toLocalInput(''), fromLocalInput('')]).toEqual(['', '']);
  });
});
