/**
 * An export as it is put together, step by step; all of it stands in the URL, so that a reload or a shared address
 * loses nothing. Pure.
 */
import type { createExport } from '../../../contract/exports.ts';
import {
  EMPTY_SOURCE,
  fromKeptFilter,
  parseCallSource,
  toKeptFilter,
  toSourceQuery,
  type CallSource,
} from '../calls/call-source.ts';
import type { UrlQuery } from '../calls/call-view.ts';
import type { CallArgs } from '../client/call.ts';

export const STEPS = ['source', 'keep', 'format', 'check'] as const;
export type Step = (typeof STEPS)[number];
export const FORMATS = ['openai_sft', 'openai_dpo', 'hf_messages', 'csv'] as const;
export type Format = (typeof FORMATS)[number];
export const FEEDBACK_RULES = ['not_down', 'up_only', 'any'] as const;
export type FeedbackRule = (typeof FEEDBACK_RULES)[number];

export type ExportDraft = {
  source: 'calls' | 'dataset';
  calls: CallSource;
  dataset_id: string;
  /** 0 = the newest. */
  version: number;
  feedback: FeedbackRule;
  /** '' = no score is asked for. */
  score_name: string;
  score_value: number;
  use_corrections: boolean;
  drop_errors: boolean;
  deduplicate: boolean;
  mask: boolean;
  /** 0 to 0.5. */
  validation_share: number;
  format: Format;
  name: string;
};

export const EMPTY_DRAFT: ExportDraft = {
  source: 'calls',
  calls: { ...EMPTY_SOURCE, range: '30d' },
  dataset_id: '',
  version: 0,
  feedback: 'not_down',
  score_name: '',
  score_value: 0.5,
  use_corrections: true,
  drop_errors: true,
  deduplicate: true,
  mask: true,
  validation_share: 0,
  format: 'openai_sft',
  name: '',
};

const MOST_SHARE = 0.5;
/** Switches that are on by default: 0 in the URL turns one off. */
const SWITCHES = ['use_corrections', 'drop_errors', 'deduplicate', 'mask'] as const;

const first = (value: UrlQuery[string]): string =>
  [value].flat().find((one) => typeof one === 'string') ?? '';
const oneOf = <T extends string>(allowed: readonly T[], text: string, otherwise: T): T =>
  allowed.find((one) => one === text) ?? otherwise;
const toNumber = (text: string, otherwise: number): number =>
  text !== '' && Number.isFinite(Number(text)) ? Number(text) : otherwise;

export function parseStep(query: UrlQuery): Step {
  return oneOf(STEPS, first(query['step']), 'source');
}

/** Reads a URL, also one that the list of calls has made of its own filter. */
export function parseExportDraft(query: UrlQuery): ExportDraft {
  const calls = parseCallSource(query);
  const version = toNumber(first(query['version']), 0);
  const share = toNumber(first(query['validation']), 0);
  const draft: ExportDraft = {
    ...EMPTY_DRAFT,
    source: oneOf(
      ['calls', 'dataset'],
      first(query['source']),
      first(query['dataset']) ? 'dataset' : 'calls',
    ),
    calls: query['range'] || calls.range === 'custom' ? calls : { ...calls, range: EMPTY_DRAFT.calls.range },
    dataset_id: first(query['dataset']),
    version: Number.isInteger(version) && version > 0 ? version : 0,
    feedback: oneOf(FEEDBACK_RULES, first(query['rule']), EMPTY_DRAFT.feedback),
    score_name: first(query['score_name']),
    score_value: toNumber(first(query['score_value']), EMPTY_DRAFT.score_value),
    validation_share: Math.min(MOST_SHARE, Math.max(0, share)),
    format: oneOf(FORMATS, first(query['format']), EMPTY_DRAFT.format),
    name: first(query['name']),
  };
  for (const key of SWITCHES) draft[key] = first(query[key]) !== '0';
  return draft;
}

/** Writes it into a URL; defaults are left out. */
export function toExportQuery(draft: ExportDraft, step: Step): UrlQuery {
  const query: UrlQuery = { step };
  if (draft.source === 'calls')
    Object.assign(query, toSourceQuery(draft.calls), { range: draft.calls.range });
  else {
    query['source'] = 'dataset';
    if (draft.dataset_id) query['dataset'] = draft.dataset_id;
    if (draft.version > 0) query['version'] = String(draft.version);
  }
  if (draft.feedback !== EMPTY_DRAFT.feedback) query['rule'] = draft.feedback;
  if (draft.score_name) {
    query['score_name'] = draft.score_name;
    query['score_value'] = String(draft.score_value);
  }
  for (const key of SWITCHES) if (!draft[key]) query[key] = '0';
  if (draft.validation_share > 0) query['validation'] = String(draft.validation_share);
  if (draft.format !== EMPTY_DRAFT.format) query['format'] = draft.format;
  if (draft.name) query['name'] = draft.name;
  return query;
}

export type ExportBody = CallArgs<typeof createExport>['body'];

/** As it is sent; a relative range counts back from `now`. */
export function toExportBody(draft: ExportDraft, now: number): ExportBody {
  const { feedback, use_corrections, drop_errors, deduplicate, mask, validation_share } = draft;
  const named = draft.score_name.trim();
  return {
    name: draft.name.trim(),
    format: draft.format,
    source:
      draft.source === 'calls'
        ? { type: 'calls', filter: toKeptFilter(draft.calls, now) }
        : {
            type: 'dataset',
            dataset_id: draft.dataset_id,
            ...(draft.version > 0 ? { version: draft.version } : {}),
          },
    options: {
      min_score: named ? { name: named, value: draft.score_value } : null,
      feedback,
      use_corrections,
      drop_errors,
      deduplicate,
      mask,
      validation_share,
    },
  };
}

/** An export that was, as the beginning of another. */
export function fromExport(of: ExportBody & { name: string }): ExportDraft {
  const { source, options = {} } = of;
  const { min_score, ...rest } = options;
  return {
    ...EMPTY_DRAFT,
    ...rest,
    score_name: min_score?.name ?? '',
    score_value: min_score?.value ?? EMPTY_DRAFT.score_value,
    validation_share: Math.min(MOST_SHARE, options.validation_share ?? 0),
    format: of.format,
    name: of.name,
    ...(source.type === 'calls'
      ? { source: 'calls', calls: fromKeptFilter(source.filter ?? {}) }
      : { source: 'dataset', dataset_id: source.dataset_id, version: source.version ?? 0 }),
  };
}
