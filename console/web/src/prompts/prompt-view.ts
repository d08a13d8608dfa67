/** What the page of a prompt shows, as it stands in its URL. Pure. */
export const PROMPT_TABS = ['edit', 'versions', 'use'] as const;
export type PromptTab = (typeof PROMPT_TABS)[number];

/** Columns of answers beside each other: the draft and so many versions. */
export const MAX_COLUMNS = 4;

export type PromptView = {
  tab: PromptTab;
  /** Versions tried beside the draft. */
  beside: number[];
  /** The version looked at; 0 = the newest. */
  version: number;
  /** The version it is compared with; 0 = none. */
  against: number;
};

type Query = Record<string, string | null | (string | null)[] | undefined>;

const text = (value: Query[string]): string => (Array.isArray(value) ? value[0] : value) ?? '';
const number = (value: string): number => (/^[1-9]\d{0,8}$/.test(value) ? Number(value) : 0);

export function parsePromptView(query: Query): PromptView {
  const beside = text(query['beside']).split(',').map(number).filter(Boolean);
  return {
    tab: PROMPT_TABS.find((tab) => tab === text(query['tab'])) ?? 'edit',
    beside: [...new Set(beside)].slice(0, MAX_COLUMNS - 1),
    version: number(text(query['version'])),
    against: number(text(query['against'])),
  };
}

export function toPromptQuery(view: PromptView): Query {
  return {
    ...(view.tab === 'edit' ? {} : { tab: view.tab }),
    ...(view.beside.length > 0 ? { beside: view.beside.join(',') } : {}),
    ...(view.version ? { version: String(view.version) } : {}),
    ...(view.against ? { against: String(view.against) } : {}),
  };
}
