/**
 * The one place that says which scores count and whose they are. Of the same target, name, source and author the
 * newest row counts, and one that takes back counts as nothing. A score is about the span it names; else about the
 * call with its response's id; else about every call of its trace.
 */
import type { Score } from '../record/score.ts';

/** Of a row of `scores AS c`: what it is about, as one number. */
const TARGET = `multiIf(c.span_id != 0, cityHash64(c.trace_id, c.span_id), c.response_id != '', cityHash64(c.response_id),
  cityHash64(c.trace_id))`;

/** One author's word on one thing. Numbers, because grouping by texts takes three times as long. */
const ONE_WORD = `${TARGET}, cityHash64(c.name, c.source, c.author)`;

/**
 * SELECT of the targets of which `holds` is true by somebody's latest word. Both conditions are over `scores AS c`;
 * `scope` chooses names, which the table is ordered by, and never what a later row may differ in.
 */
export function targetsWhere(scope: string, holds: string): string {
  return `SELECT ${TARGET} FROM scores AS c WHERE c.project_id = {project_id:String} AND (${scope})
    GROUP BY ${ONE_WORD} HAVING argMax(NOT c.retracted AND (${holds}), c.at)`;
}

/** SELECT of `target` and `bits`: of which of `holds` (conditions like the one above) somebody's latest word is. */
export function bitsPerTarget(scope: string, holds: readonly string[]): string {
  const bits = holds.map((condition, i) => `if(${condition}, ${2 ** i}, 0)`).join(' + ');
  return `SELECT w.target AS target, groupBitOr(w.bits) AS bits FROM (
      SELECT ${TARGET} AS target, argMax(if(c.retracted, 0, ${bits}), c.at) AS bits FROM scores AS c
      WHERE c.project_id = {project_id:String} AND (${scope}) GROUP BY ${ONE_WORD}
    ) AS w GROUP BY w.target HAVING bits != 0`;
}

/** The three numbers by which a row of `spans AS s` may be meant. */
export const SPAN_TARGETS = [
  'cityHash64(s.trace_id, s.span_id)',
  'cityHash64(s.trace_id)',
  // Spans without an answer have no id of one; nothing is about them by it.
  'cityHash64(s.response_id)',
] as const;

/** Whether a row of `spans AS s` is what one of `targets` (a SELECT) is about. */
export function isAbout(targets: string): string {
  return `(${SPAN_TARGETS.map((target) => `${target} IN (${targets})`).join(' OR ')})`;
}

/** SELECT of `score_id`, `name` and `at` of the rows that count, within `scope` over `scores AS c`. */
export function latestIds(scope: string): string {
  return `SELECT argMax(c.score_id, c.at) AS score_id, any(c.name) AS name, max(c.at) AS at FROM scores AS c
    WHERE c.project_id = {project_id:String} AND (${scope})
    GROUP BY ${ONE_WORD} HAVING NOT argMax(c.retracted, c.at)`;
}

/** A score's members, read from `scores AS c`. */
const MEMBERS = {
  score_id: 'c.score_id',
  trace_id: `if(c.trace_id = toFixedString('', 16), '', lower(hex(c.trace_id)))`,
  span_id: `if(c.span_id = 0, '', leftPad(lower(hex(c.span_id)), 16, '0'))`,
  response_id: 'c.response_id',
  name: 'c.name',
  source: 'c.source',
  value: 'if(c.has_value, c.value, NULL)',
  label: 'c.label',
  comment: 'c.comment',
  correction: 'c.correction',
  author: 'c.author',
  run_id: 'c.run_id',
  retracted: 'c.retracted',
  at: 'c.at',
} as const satisfies Record<keyof Score, string>;

/** What follows SELECT to get `Score`s from `scores AS c`. An alias hides its column, hence the outer names. */
export const SCORE_COLUMNS = Object.entries(MEMBERS)
  .map(([name, member]) => `${member} AS ${name}`)
  .join(', ');

/** SELECT of the `Score`s that count, within a `scope` of few rows: their texts are held meanwhile. */
export function latestScores(scope: string): string {
  const columns = Object.keys(MEMBERS).map((name, i) => `tupleElement(w.newest, ${i + 1}) AS ${name}`);
  return `SELECT ${columns.join(', ')} FROM (
      SELECT argMax(tuple(${Object.values(MEMBERS).join(', ')}), c.at) AS newest FROM scores AS c
      WHERE c.project_id = {project_id:String} AND (${scope})
      GROUP BY ${ONE_WORD} HAVING NOT argMax(c.retracted, c.at)
    ) AS w`;
}

type Named = { trace_id: string; span_id: string; response_id: string };

/** Whether `score` is about `call`: the same rule for what is in memory. */
export function isScoreOf(score: Named, call: Named): boolean {
  if (score.span_id) return score.span_id === call.span_id && score.trace_id === call.trace_id;
  if (score.response_id) return score.response_id === call.response_id;
  return score.trace_id === call.trace_id;
}
