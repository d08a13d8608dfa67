/** What the page of a source shows, as it stands in its URL. Pure: a query in, a view out, and back. */
export const SOURCE_TABS = ['files', 'try', 'use'] as const;
export type SourceTab = (typeof SOURCE_TABS)[number];
export const SEARCH_MODES = ['hybrid', 'text', 'vector'] as const;
export type SearchMode = (typeof SEARCH_MODES)[number];
export const RESULT_COUNTS = ['5', '10', '20', '50'] as const;
export type ResultCount = (typeof RESULT_COUNTS)[number];

export type SourceView = {
  tab: SourceTab;
  /** Id of the file whose chunks are shown, or ''. */
  file: string;
  /** The question that was tried, or ''. */
  q: string;
  /** '' = the source's best way. */
  mode: SearchMode | '';
  /** A second way beside it, or ''. */
  versus: SearchMode | '';
  count: ResultCount;
};

type Query = Record<string, string | null | (string | null)[] | undefined>;

const first = (value: Query[string]): string => (Array.isArray(value) ? value[0] : value) ?? '';
function oneOf<T extends string>(allowed: readonly T[], text: string): T | undefined {
  return allowed.find((one) => one === text);
}

/** Reads a URL; what it does not understand falls back to the default. */
export function parseSourceView(query: Query): SourceView {
  const mode = oneOf(SEARCH_MODES, first(query['mode'])) ?? '';
  const versus = oneOf(SEARCH_MODES, first(query['versus'])) ?? '';
  return {
    tab: oneOf(SOURCE_TABS, first(query['tab'])) ?? 'files',
    file: first(query['file']),
    q: first(query['q']),
    mode,
    versus: versus === mode ? '' : versus,
    count: oneOf(RESULT_COUNTS, first(query['count'])) ?? '5',
  };
}

/** Writes a view into a URL; defaults are left out. */
export function toSourceQuery({ tab, file, q, mode, versus, count }: SourceView): Query {
  return {
    ...(tab === 'files' ? {} : { tab }),
    ...(file ? { file } : {}),
    ...(q ? { q } : {}),
    ...(mode ? { mode } : {}),
    ...(versus ? { versus } : {}),
    ...(count === '5' ? {} : { count }),
  };
}

/** The ways a source can be searched; without a model there are no vectors. */
export function listModes(embeddingModel: string): readonly SearchMode[] {
  return embeddingModel ? SEARCH_MODES : ['text'];
}
