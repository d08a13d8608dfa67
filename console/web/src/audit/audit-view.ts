/** What the audit page shows, as it stands in its URL. Pure. */
export type AuditView = {
  /** '' = every kind, every object, everybody. */
  kind: string;
  id: string;
  actor: string;
  /** Also what jobs did of themselves. */
  jobs: boolean;
  /** The revision that is open; 0 = none. */
  seq: number;
};

type Query = Record<string, string | null | (string | null)[] | undefined>;
const text = (value: Query[string]): string => (Array.isArray(value) ? value[0] : value) ?? '';

export function parseAuditView(query: Query): AuditView {
  const seq = text(query['seq']);
  return {
    kind: text(query['kind']),
    id: text(query['id']),
    actor: text(query['actor']),
    jobs: text(query['jobs']) === '1',
    seq: /^[1-9]\d{0,14}$/.test(seq) ? Number(seq) : 0,
  };
}

/** Defaults are left out. */
export function toAuditQuery(view: AuditView): Query {
  return {
    ...(view.kind && { kind: view.kind }),
    ...(view.id && { id: view.id }),
    ...(view.actor && { actor: view.actor }),
    ...(view.jobs && { jobs: '1' }),
    ...(view.seq && { seq: String(view.seq) }),
  };
}

/** A value of a revision as text: strings as they are, the rest as JSON; '' where there was none. */
export function toValueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** Long texts are compared word by word, short ones stand beside each other. */
export function isLong(before: unknown, after: unknown): boolean {
  return isLongText(before) && isLongText(after);
}

const isLongText = (value: unknown): boolean =>
  typeof value === 'string' && (value.length > 40 || value.includes('\n'));
