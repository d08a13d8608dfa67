/**
 * Calls as the source of something: an evaluation, an export. The same words as the list of calls has in its URL, but
 * with all time to choose from, without Sekisho's own calls, and kept as a filter whose times are fixed.
 */
import { OWN_TAGS } from '../../../contract/calls.ts';
import type { UrlQuery } from './call-view.ts';

export const SOURCE_RANGES = ['24h', '7d', '30d', 'all', 'custom'] as const;
export type SourceRange = (typeof SOURCE_RANGES)[number];
export const SOURCE_FEEDBACK = ['up', 'down', 'corrected', 'commented', 'none'] as const;
export type SourceFeedback = (typeof SOURCE_FEEDBACK)[number];

export type CallSource = {
  range: SourceRange;
  /** ISO 8601, of a custom range; '' = open. */
  from: string;
  to: string;
  model: string[];
  status: string[];
  /** `name` or `name@version`. */
  prompt: string[];
  feedback: SourceFeedback[];
  tag: string[];
  score: string[];
  session_id: string;
  user_id: string;
  trace_id: string;
};

export const EMPTY_SOURCE: CallSource = {
  range: '7d',
  from: '',
  to: '',
  model: [],
  status: [],
  prompt: [],
  feedback: [],
  tag: [],
  score: [],
  session_id: '',
  user_id: '',
  trace_id: '',
};

const DAY_MS = 86_400_000;
const RANGE_MS: Partial<Record<SourceRange, number>> = {
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
};
const LISTS = ['model', 'status', 'prompt', 'feedback', 'tag', 'score'] as const;
const WORDS = ['session_id', 'user_id', 'trace_id'] as const;
export const SOURCE_KEYS = ['range', 'from', 'to', ...LISTS, ...WORDS] as const;

const all = (value: UrlQuery[string]): string[] =>
  [value].flat().filter((one): one is string => typeof one === 'string' && one !== '');

/** Reads a URL, also one that the list of calls has written; what it does not understand is left out. */
export function parseCallSource(query: UrlQuery): CallSource {
  const first = (key: string): string => all(query[key])[0] ?? '';
  const source = { ...EMPTY_SOURCE, from: toInstant(first('from')), to: toInstant(first('to')) };
  for (const key of WORDS) source[key] = first(key);
  for (const key of LISTS) {
    const known = all(query[key]);
    if (key === 'feedback') source.feedback = known.filter(isFeedback);
    else source[key] = known;
  }
  const range = first('range');
  if (source.from || source.to) source.range = 'custom';
  // The list of calls has shorter ranges; what was seen there is in the last day as well.
  else if (range === '15m' || range === '1h') source.range = '24h';
  else source.range = SOURCE_RANGES.find((one) => one === range) ?? EMPTY_SOURCE.range;
  return source;
}

const isFeedback = (text: string): text is SourceFeedback =>
  (SOURCE_FEEDBACK as readonly string[]).includes(text);

function toInstant(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}

/** Writes it into a URL; defaults are left out. */
export function toSourceQuery(source: CallSource): UrlQuery {
  const query: UrlQuery = {};
  if (source.range !== EMPTY_SOURCE.range) query['range'] = source.range;
  if (source.range === 'custom' && source.from) query['from'] = source.from;
  if (source.range === 'custom' && source.to) query['to'] = source.to;
  for (const key of LISTS) if (source[key].length > 0) query[key] = source[key];
  for (const key of WORDS) if (source[key]) query[key] = source[key];
  return query;
}

export type KeptFilter = {
  from?: string;
  to?: string;
  model?: string[];
  status?: ('ok' | 'error' | 'cancelled' | 'interrupted')[];
  prompt?: string[];
  feedback?: SourceFeedback[];
  tag?: string[];
  score?: string[];
  not_tag?: string[];
  session_id?: string;
  user_id?: string;
  trace_id?: string;
};

/** The filter as a job keeps it; a relative range counts back from `now`. */
export function toKeptFilter(source: CallSource, now: number): KeptFilter {
  const span = RANGE_MS[source.range];
  const from =
    span === undefined ? (source.range === 'custom' ? source.from : '') : new Date(now - span).toISOString();
  const to = source.range === 'custom' ? source.to : '';
  const filter: Record<string, string | string[]> = { ...(from ? { from } : {}), ...(to ? { to } : {}) };
  for (const key of LISTS) if (source[key].length > 0) filter[key] = [...source[key]];
  for (const key of WORDS) if (source[key]) filter[key] = source[key];
  return { ...filter, not_tag: [...OWN_TAGS] } as KeptFilter;
}

/** A kept filter as something to choose from again. */
export function fromKeptFilter(filter: Record<string, unknown>): CallSource {
  const query = Object.fromEntries(
    Object.entries(filter).map(([key, value]) => [key, value as string | string[]]),
  );
  const source = parseCallSource(query);
  return source.range === 'custom' ? source : { ...source, range: 'all' };
}

/** The hours that a relative range reaches back; undefined for the others. */
export function findHours({ range }: CallSource): number | undefined {
  const span = RANGE_MS[range];
  return span === undefined ? undefined : span / 3_600_000;
}

/** The relative range of so many hours; undefined where none is so long. */
export function findRange(hours: number): SourceRange | undefined {
  return SOURCE_RANGES.find((range) => RANGE_MS[range] === hours * 3_600_000);
}
