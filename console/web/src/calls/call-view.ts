/**
 * What the call list shows, as it stands in the page's URL and nowhere else. Pure: a query in, a view out, and back.
 */
import { OWN_TAGS } from '../../../contract/calls.ts';

export const RANGES = ['15m', '1h', '24h', '7d', '30d'] as const;
export type Range = (typeof RANGES)[number];
export const DEFAULT_RANGE: Range = '24h';

const MINUTE_MS = 60_000;
const RANGE_MS: Record<Range, number> = {
  '15m': 15 * MINUTE_MS,
  '1h': 60 * MINUTE_MS,
  '24h': 1440 * MINUTE_MS,
  '7d': 7 * 1440 * MINUTE_MS,
  '30d': 30 * 1440 * MINUTE_MS,
};

export const STATUSES = ['ok', 'error', 'cancelled', 'interrupted'] as const;
type Status = (typeof STATUSES)[number];
export const FEEDBACKS = ['up', 'down', 'corrected', 'commented', 'none'] as const;
type Feedback = (typeof FEEDBACKS)[number];
export const PEEK_TABS = ['conversation', 'feedback', 'timing', 'raw', 'details'] as const;
export type PeekTab = (typeof PEEK_TABS)[number];

export type CallView = {
  /** Ignored while `from` or `to` is set. */
  range: Range;
  /** ISO 8601; a custom range. '' = open. */
  from: string;
  to: string;
  model: string[];
  status: Status[];
  session_id: string;
  user_id: string;
  /** `name`, or `name@version`. */
  prompt: string[];
  feedback: Feedback[];
  /** Calls that carry one of these. */
  tag: string[];
  /** `name>=0.5`, `name=1` or `name=word`; all of them hold. */
  score: string[];
  /** 32 hex digits, or ''. */
  trace_id: string;
  /** Whether Sekisho's own calls are left out. */
  own: 'show' | 'hide';
  /** The call in the peek panel as `<trace_id>.<span_id>`, or ''. */
  call: string;
  tab: PeekTab;
};

/** A query as vue-router has it. */
export type UrlQuery = Record<string, string | null | (string | null)[] | undefined>;

const LISTS = ['model', 'status', 'prompt', 'feedback', 'tag', 'score'] as const;
const WORDS = ['session_id', 'user_id', 'trace_id'] as const;
const OWN_KEYS = ['range', 'from', 'to', ...LISTS, ...WORDS, 'own', 'call', 'tab'] as const;

/** All that narrows the list, but for the time, taken away. */
export function clearFilter(): Partial<CallView> {
  const words = { session_id: '', user_id: '', trace_id: '', own: 'show' } as const;
  return { model: [], status: [], prompt: [], feedback: [], tag: [], score: [], ...words };
}

function all(value: UrlQuery[string]): string[] {
  const list = Array.isArray(value) ? value : [value];
  return [...new Set(list.filter((item): item is string => typeof item === 'string' && item !== ''))];
}

function first(value: UrlQuery[string]): string {
  return all(value)[0] ?? '';
}

function someOf<T extends string>(allowed: readonly T[], texts: readonly string[]): T[] {
  return texts.filter((text): text is T => (allowed as readonly string[]).includes(text));
}

function oneOf<T extends string>(allowed: readonly T[], text: string, otherwise: T): T {
  return allowed.find((item) => item === text) ?? otherwise;
}

function instant(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}

/** Reads a URL; what it does not understand falls back to the default. */
export function parseCallView(query: UrlQuery): CallView {
  const call = first(query['call']);
  return {
    range: oneOf(RANGES, first(query['range']), DEFAULT_RANGE),
    from: instant(first(query['from'])),
    to: instant(first(query['to'])),
    model: all(query['model']),
    status: someOf(STATUSES, all(query['status'])),
    prompt: all(query['prompt']),
    feedback: someOf(FEEDBACKS, all(query['feedback'])),
    tag: all(query['tag']),
    score: all(query['score']),
    session_id: first(query['session_id']),
    user_id: first(query['user_id']),
    trace_id: /^[0-9a-f]{32}$/.test(first(query['trace_id'])) ? first(query['trace_id']) : '',
    own: oneOf(['show', 'hide'], first(query['own']), 'show'),
    call: /^[0-9a-f]{32}\.[0-9a-f]{16}$/.test(call) ? call : '',
    tab: oneOf(PEEK_TABS, first(query['tab']), 'conversation'),
  };
}

/** Writes a view into a URL: defaults are left out, keys of others in `rest` are kept. */
export function toUrlQuery(view: CallView, rest: UrlQuery = {}): UrlQuery {
  const query: UrlQuery = Object.fromEntries(
    Object.entries(rest).filter(([key]) => !(OWN_KEYS as readonly string[]).includes(key)),
  );
  const custom = view.from !== '' || view.to !== '';
  if (!custom && view.range !== DEFAULT_RANGE) query['range'] = view.range;
  if (view.from) query['from'] = view.from;
  if (view.to) query['to'] = view.to;
  for (const key of LISTS) if (view[key].length > 0) query[key] = view[key];
  for (const key of WORDS) if (view[key]) query[key] = view[key];
  if (view.own === 'hide') query['own'] = 'hide';
  if (view.call) query['call'] = view.call;
  if (view.call && view.tab !== 'conversation') query['tab'] = view.tab;
  return query;
}

export type CallFilterQuery = {
  from?: string;
  to?: string;
  model?: string[];
  status?: Status[];
  prompt?: string[];
  feedback?: Feedback[];
  tag?: string[];
  not_tag?: string[];
  score?: string[];
  session_id?: string;
  user_id?: string;
  trace_id?: string;
};

/** The filter to ask the server for. A relative range is fixed to `now`, so that its pages fit together. */
export function toCallFilter(view: CallView, now: number): CallFilterQuery {
  const custom = view.from !== '' || view.to !== '';
  const from = custom ? view.from : new Date(now - RANGE_MS[view.range]).toISOString();
  const filter: CallFilterQuery = { ...(from ? { from } : {}), ...(view.to ? { to: view.to } : {}) };
  const set = Object.fromEntries(
    [...LISTS, ...WORDS].filter((key) => view[key].length > 0).map((key) => [key, view[key]]),
  );
  return { ...filter, ...set, ...(view.own === 'hide' ? { not_tag: [...OWN_TAGS] } : {}) };
}

/** The calls of apps among them, which is what datasets are made of; who filters by tag means what they say. */
export function toAppCalls(filter: CallFilterQuery): CallFilterQuery {
  return filter.tag?.length ? filter : { ...filter, not_tag: [...OWN_TAGS] };
}

/** What the list depends on: two views with the same text show the same calls. */
export function toFilterKey(view: CallView): string {
  return JSON.stringify(toUrlQuery({ ...view, call: '' }));
}

/** Whether new calls can belong to this view at all. */
export function isOpenEnded(view: CallView): boolean {
  return view.to === '';
}

/** Whether anything but the time narrows the list. */
export function isFiltered(view: CallView): boolean {
  return [...LISTS, ...WORDS].some((key) => view[key].length > 0) || view.own === 'hide';
}

type Filterable = {
  trace_id: string;
  request_model: string;
  status: Status;
  session_id: string;
  user_id: string;
  prompt_name: string;
  prompt_version: number;
  tags: readonly string[];
};

/**
 * The server's filter (all but the time) for calls that come by the live stream, which carries a whole project. Nobody
 * has said anything of these yet.
 */
export function passesView(call: Filterable, view: CallView): boolean {
  const prompts = [call.prompt_name, `${call.prompt_name}@${call.prompt_version}`];
  return (
    (view.model.length === 0 || view.model.includes(call.request_model)) &&
    (view.status.length === 0 || view.status.includes(call.status)) &&
    (view.prompt.length === 0 || prompts.some((name) => view.prompt.includes(name))) &&
    (view.feedback.length === 0 || view.feedback.includes('none')) &&
    (view.tag.length === 0 || call.tags.some((tag) => view.tag.includes(tag))) &&
    (view.own === 'show' || !call.tags.some((tag) => (OWN_TAGS as readonly string[]).includes(tag))) &&
    view.score.length === 0 &&
    (view.session_id === '' || view.session_id === call.session_id) &&
    (view.user_id === '' || view.user_id === call.user_id) &&
    (view.trace_id === '' || view.trace_id === call.trace_id)
  );
}

/** The name of a call in URLs and as a row's key. */
export function toCallId(call: { trace_id: string; span_id: string }): string {
  return `${call.trace_id}.${call.span_id}`;
}
