/** The order of the list: newest first, ties by id. */
import { toCallId } from './call-view.ts';

type Ordered = { started_at: string; trace_id: string; span_id: string };

/** Below 0 where `a` stands above `b`. ISO 8601 times of one length compare as text. */
export function compareRows(a: Ordered, b: Ordered): number {
  if (a.started_at !== b.started_at) return a.started_at < b.started_at ? 1 : -1;
  if (a.span_id !== b.span_id) return a.span_id < b.span_id ? 1 : -1;
  return 0;
}

/**
 * `rows` with `more` at their places, each call once. Where pages are still to come (`open`), what would stand below
 * the last row is left out: its page will bring it.
 */
export function mergeRows<T extends Ordered>(rows: readonly T[], more: readonly T[], open: boolean): T[] {
  const known = new Set(rows.map(toCallId));
  const last = rows.at(-1);
  const news = more.filter((row) => {
    const id = toCallId(row);
    if (known.has(id)) return false;
    known.add(id);
    return !(open && last && compareRows(row, last) > 0);
  });
  if (news.length === 0) return [...rows];
  return [...news, ...rows].toSorted(compareRows);
}
