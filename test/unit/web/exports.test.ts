import { describe, expect, it } from 'vitest';
import { createExport, LEFT_OUT_REASONS, EXPORT_WARNINGS } from '../../../console/contract/exports.ts';
import { keptCallFilter } from '../../../console/contract/calls.ts';
import {
  EMPTY_SOURCE,
  findHours,
  findRange,
  fromKeptFilter,
  parseCallSource,
  toKeptFilter,
  toSourceQuery,
} from '../../../console/web/src/calls/call-source.ts';
import type { UrlQuery } from '../../../console/web/src/calls/call-view.ts';
import {
  EMPTY_DRAFT,
  type ExportDraft,
  fromExport,
  parseExportDraft,
  parseStep,
  STEPS,
  toExportBody,
  toExportQuery,
} from '../../../console/web/src/exports/export-draft.ts';
import { stepOf, toFunnel, toWidth } from '../../../console/web/src/exports/funnel.ts';
import { readLine } from '../../../console/web/src/exports/read-line.ts';
import { toSampleLine } from '../../../console/web/src/exports/sample-lines.ts';
import { exports as words } from '../../../console/web/src/messages/en/exports.ts';

const NOW = Date.parse('2026-11-22T12:00:00.000Z');
const FULL_SOURCE = {
  range: 'custom',
  from: '2026-11-01T00:00:00.000Z',
  to: '2026-11-20T00:00:00.000Z',
  model: ['gpt-4o', 'a&b'],
  status: ['ok'],
  prompt: ['support@2'],
  feedback: ['up', 'corrected'],
  tag: ['vip'],
  score: ['quality>=0.5'],
  session_id: 'sess/1',
  user_id: '利用者',
  trace_id: 'a1'.repeat(16),
} as const;
const mutable = <T>(value: T): { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] } =>
  structuredClone(value) as never;

/** Through a real URL and back, as the browser does it. */
function throughUrl(query: UrlQuery): UrlQuery {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const item of [value].flat()) search.append(key, String(item));
  }
  return Object.fromEntries([...new Set(search.keys())].map((key) => [key, search.getAll(key)]));
}

describe('calls as a source', () => {
  it('stand in the URL whole', () => {
    const source = mutable(FULL_SOURCE);
    expect(parseCallSource(throughUrl(toSourceQuery(source)))).toEqual(source);
    expect(parseCallSource({})).toEqual(EMPTY_SOURCE);
  });

  it('understand what the list of calls has in its URL', () => {
    expect(parseCallSource({ range: '1h', feedback: ['down', 'odd'] })).toMatchObject({
      range: '24h',
      feedback: ['down'],
    });
    expect(parseCallSource({ range: '30d' }).range).toBe('30d');
    expect(parseCallSource({ from: 'not a time' }).range).toBe(EMPTY_SOURCE.range);
  });

  it('are kept as a filter that jobs take, times fixed, Sekisho’s own calls left out', () => {
    const kept = toKeptFilter(mutable(FULL_SOURCE), NOW);
    expect(keptCallFilter.parse(kept)).toMatchObject({
      from: FULL_SOURCE.from,
      to: FULL_SOURCE.to,
      tag: ['vip'],
    });
    expect(kept.not_tag).toContain('sekisho:sample');
    expect(toKeptFilter({ ...EMPTY_SOURCE, range: '24h' }, NOW).from).toBe('2026-11-21T12:00:00.000Z');
    expect(toKeptFilter({ ...EMPTY_SOURCE, range: 'all' }, NOW)).not.toHaveProperty('from');
    expect(fromKeptFilter(kept)).toEqual(mutable(FULL_SOURCE));
  });

  it('know how far back a relative time reaches', () => {
    expect([findHours({ ...EMPTY_SOURCE, range: '7d' }), findRange(168), findRange(5)]).toEqual([
      168,
      '7d',
      undefined,
    ]);
    expect(findHours({ ...EMPTY_SOURCE, range: 'all' })).toBeUndefined();
  });
});

describe('an export that is put together', () => {
  const drafts: [string, ExportDraft][] = [
    ['as it begins', EMPTY_DRAFT],
    ['of calls', { ...EMPTY_DRAFT, calls: mutable(FULL_SOURCE), format: 'openai_dpo', name: '11 月 & more' }],
    [
      'of a dataset, with everything changed',
      {
        ...EMPTY_DRAFT,
        source: 'dataset',
        dataset_id: 'ds_1',
        version: 3,
        feedback: 'up_only',
        score_name: 'Quality',
        score_value: 0.75,
        use_corrections: false,
        drop_errors: false,
        deduplicate: false,
        mask: false,
        validation_share: 0.15,
        format: 'csv',
      },
    ],
  ];

  it.each(drafts)('outlives a reload at every step: %s', (_name, draft) => {
    for (const step of STEPS) {
      const query = throughUrl(toExportQuery(draft, step));
      expect(parseExportDraft(query)).toEqual(draft);
      expect(parseStep(query)).toBe(step);
    }
  });

  it.each(drafts)('is sent as the API takes it: %s', (_name, draft) => {
    const body = createExport.body.parse(toExportBody(draft, NOW));
    expect(body.options.min_score?.name ?? '').toBe(draft.score_name);
    expect(body.options.validation_share).toBe(draft.validation_share);
    const again = fromExport(body);
    expect(toExportBody(again, NOW)).toEqual(toExportBody(draft, NOW));
  });

  it('takes nothing odd from the URL', () => {
    expect(
      parseExportDraft({ format: 'odd', validation: '7', version: '-1', score_value: 'x', rule: 'y' }),
    ).toEqual({
      ...EMPTY_DRAFT,
      validation_share: 0.5,
    });
  });
});

describe('what is left', () => {
  it('gets less with every step that leaves something out, and ends at the lines of the file', () => {
    const left_out = {
      duplicate: 2,
      thumb_down: 5,
      score_too_low: 1,
      error: 3,
      image_part: 4,
      empty_content: 1,
    };
    const rows = toFunnel({ read: 100, left_out });
    expect(rows.map(({ step, left, removed }) => [step, left, removed])).toEqual([
      ['kind', 97, 3],
      ['said', 91, 6],
      ['format', 87, 4],
      ['valid', 86, 1],
      ['duplicate', 84, 2],
    ]);
    expect(rows[1]?.reasons[0]).toEqual({ reason: 'thumb_down', n: 5 });
  });

  it('has a place and words for every reason and warning, and a place for one that is new', () => {
    const unsaid = LEFT_OUT_REASONS.filter((reason) => !(reason in words.left_out));
    expect(unsaid).toEqual([]);
    expect(EXPORT_WARNINGS.filter((warning) => !(warning in words.export_warning))).toEqual([]);
    expect(stepOf('of_a_newer_server')).toBe('valid');
    expect(
      Object.keys(words.left_out).filter((reason) => !LEFT_OUT_REASONS.includes(reason as never)),
    ).toEqual([]);
  });

  it('is drawn as a width that shows even a little', () => {
    expect([toWidth(0, 10), toWidth(1, 100_000), toWidth(5, 10), toWidth(1, 0)]).toEqual([0, 1, 50, 0]);
  });
});

describe('a line for people', () => {
  const words3 = { question: 'Q', answer: 'A', worse: 'B' };

  it('is a conversation whose last message is learned', () => {
    expect(readLine(toSampleLine('openai_sft', words3))).toEqual({
      kind: 'chat',
      messages: [{ role: 'user', text: 'Q' }],
      answer: { role: 'assistant', text: 'A' },
    });
  });

  it('is a pair, the better one first', () => {
    expect(readLine(toSampleLine('openai_dpo', words3))).toMatchObject({
      kind: 'pair',
      preferred: 'A',
      other: 'B',
    });
  });

  it('shows calls of tools and parts', () => {
    const line = JSON.stringify({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'image_url', image_url: {} },
          ],
        },
        { role: 'assistant', tool_calls: [{ function: { name: 'find', arguments: '{"id":1}' } }] },
      ],
    });
    expect(readLine(line)).toMatchObject({ answer: { text: 'find({"id":1})' } });
  });

  it.each(['a,b,"c"\r\n', 'null', '[]', '{"other":1}'])(
    'is shown as it stands where it is neither: %j',
    (line) => {
      expect(readLine(line)).toEqual({ kind: 'plain', text: line.trimEnd() });
    },
  );
});
