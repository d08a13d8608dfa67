/** How many of these calls were liked, disliked, corrected, commented, and how many is nothing said of? */
import { FEEDBACK_STATES } from '../record/call-filter.ts';
import type { Store } from '../store/client.ts';
import {
  type CallFilter,
  FEEDBACK,
  FEEDBACK_SCOPE,
  SAID_STATES,
  targetsOfFeedback,
  toCondition,
} from './call-filter.ts';
import { bitsPerTarget, isAbout, SPAN_TARGETS } from './latest-scores.ts';
import { runQuery } from './run.ts';

type Row = Record<'total' | 'said' | (typeof SAID_STATES)[number], string>;

const BITS = bitsPerTarget(
  FEEDBACK_SCOPE,
  SAID_STATES.map((state) => `c.name = '${FEEDBACK[state].name}' AND ${FEEDBACK[state].holds}`),
);

/** First the few calls that anything is said of, then what: a join over all calls would take many times as long. */
const toQuery = (condition: string): string => `
  SELECT (SELECT count() FROM spans AS s WHERE ${condition}) AS total, count() AS said,
    ${SAID_STATES.map((state, i) => `countIf(bitAnd(m.bits, ${2 ** i}) != 0) AS ${state}`).join(', ')}
  FROM (
    SELECT groupBitOr(t.bits) AS bits FROM (
      SELECT s.trace_id AS trace, s.span_id AS span, arrayJoin([${SPAN_TARGETS.join(', ')}]) AS target
      FROM spans AS s WHERE ${condition} AND ${isAbout(targetsOfFeedback(SAID_STATES))}
    ) AS k INNER JOIN (${BITS}) AS t ON t.target = k.target
    GROUP BY k.trace, k.span
  ) AS m`;

/** Counts under all filters but the one for feedback. @throws like `runQuery` */
export async function countFeedback(
  store: Store,
  project_id: string,
  { feedback: _own, ...others }: CallFilter,
): Promise<{ value: string; count: number }[]> {
  const condition = toCondition(project_id, others);
  const [row] = await runQuery<Row>(store, {
    name: 'feedback_facet',
    project_id,
    query: toQuery(condition.sql),
    params: condition.params,
  });
  if (!row) return [];
  const none = Number(row.total) - Number(row.said);
  return FEEDBACK_STATES.map((value) => ({
    value,
    count: value === 'none' ? none : Number(row[value]),
  })).filter(({ count }) => count > 0);
}
