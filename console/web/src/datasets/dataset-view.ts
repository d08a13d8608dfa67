/** What the page of a dataset shows, as it stands in its URL. Pure. */
export type DatasetView = {
  /** 0 = the newest that is complete. */
  version: number;
  /** Id of the item in the panel, or ''. */
  item: string;
};

type Query = Record<string, string | null | (string | null)[] | undefined>;
const first = (value: Query[string]): string => (Array.isArray(value) ? value[0] : value) ?? '';

export function parseDatasetView(query: Query): DatasetView {
  const version = first(query['version']);
  return { version: /^[1-9]\d{0,8}$/.test(version) ? Number(version) : 0, item: first(query['item']) };
}

export function toDatasetQuery({ version, item }: DatasetView): Query {
  return { ...(version ? { version: String(version) } : {}), ...(item ? { item } : {}) };
}
