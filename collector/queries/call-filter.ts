/** The filters of the call list as SQL: fixed text chosen by what is set, every value a bind. */
import { type CallFilter, type FeedbackState, findScoreCondition } from '../record/call-filter.ts';
import { SCORE_COMMENT, SCORE_CORRECTION, SCORE_THUMB } from '../record/score.ts';
import type { SpanStatus } from '../record/span.ts';
import { isAbout, targetsWhere } from './latest-scores.ts';
import type { QueryParams } from './run.ts';

export type { CallFilter } from '../record/call-filter.ts';

/** A condition over `spans AS s` and what it binds. */
export type Condition = { sql: string; params: QueryParams };

type Add = (sql: string, params?: Record<string, unknown>) => void;

/** `filter` within one project. */
export function toCondition(project_id: string, filter: CallFilter): Condition {
  const parts = ['s.project_id = {project_id:String}'];
  const params: Record<string, unknown> = { project_id };
  const add: Add = (sql, bound = {}) => {
    parts.push(sql);
    Object.assign(params, bound);
  };
  const { from, to, model, status, session_id, user_id, response_id, trace_id, tag, not_tag } = filter;
  if (from) add(`s.started_at >= fromUnixTimestamp64Milli({from_ms:Int64})`, { from_ms: Date.parse(from) });
  if (to) add(`s.started_at < fromUnixTimestamp64Milli({to_ms:Int64})`, { to_ms: Date.parse(to) });
  if (model?.length) add('has({model:Array(String)}, s.request_model)', { model });
  if (status?.length) add('has({status:Array(String)}, toString(s.status))', { status });
  if (session_id) add('s.session_id = {session_id:String}', { session_id });
  if (user_id) add('s.user_id = {user_id:String}', { user_id });
  if (response_id) add('s.response_id = {response_id:String}', { response_id });
  if (trace_id) add('s.trace_id = toFixedString(unhex({trace_id:String}), 16)', { trace_id });
  if (tag?.length) add('hasAny(s.tags, {tag:Array(String)})', { tag });
  if (not_tag?.length) add('NOT hasAny(s.tags, {not_tag:Array(String)})', { not_tag });
  if (filter.prompt?.length) add(PROMPT_IS, { prompt: filter.prompt });
  if (filter.feedback?.length) add(toFeedback(filter.feedback));
  for (const [i, text] of (filter.score ?? []).entries()) addScore(add, i, text);
  return { sql: parts.join(' AND '), params };
}

/** Of `spans AS s`; binds `prompt`. */
export const PROMPT_IS = `s.prompt_name != '' AND (has({prompt:Array(String)}, s.prompt_name)
  OR has({prompt:Array(String)}, concat(s.prompt_name, '@', toString(s.prompt_version))))`;

type SaidState = Exclude<FeedbackState, 'none'>;

/** Name of the score that says it, and what holds of it, over `scores AS c`. */
export const FEEDBACK: Record<SaidState, { name: string; holds: string }> = {
  up: { name: SCORE_THUMB, holds: 'c.value > 0' },
  down: { name: SCORE_THUMB, holds: 'c.value <= 0' },
  corrected: { name: SCORE_CORRECTION, holds: 'true' },
  commented: { name: SCORE_COMMENT, holds: 'true' },
};
export const SAID_STATES = Object.keys(FEEDBACK) as SaidState[];

export const FEEDBACK_SCOPE = `c.source = 'feedback' AND c.name IN ('${[SCORE_THUMB, SCORE_CORRECTION, SCORE_COMMENT].join("', '")}')`;

/** SELECT of the targets of which somebody said one of `states`. */
export function targetsOfFeedback(states: readonly SaidState[]): string {
  const names = [...new Set(states.map((state) => `'${FEEDBACK[state].name}'`))].join(', ');
  const holds = states.map((state) => `(c.name = '${FEEDBACK[state].name}' AND ${FEEDBACK[state].holds})`);
  return targetsWhere(`c.source = 'feedback' AND c.name IN (${names})`, holds.join(' OR '));
}

function toFeedback(states: readonly FeedbackState[]): string {
  const said = SAID_STATES.filter((state) => states.includes(state));
  const parts = [
    ...(said.length > 0 ? [isAbout(targetsOfFeedback(said))] : []),
    ...(states.includes('none') ? [`NOT ${isAbout(targetsOfFeedback(SAID_STATES))}`] : []),
  ];
  return `(${parts.join(' OR ')})`;
}

function addScore(add: Add, i: number, text: string): void {
  const condition = findScoreCondition(text);
  // The schema lets no other pass; a filter that is not understood must not let all calls pass.
  if (!condition) return add('false');
  const { name, operator, value } = condition;
  const names = { [`score_name_${i}`]: name, [`score_value_${i}`]: value };
  const holds =
    typeof value === 'number'
      ? `c.has_value AND c.value ${operator} {score_value_${i}:Float64}`
      : `c.label = {score_value_${i}:String}`;
  add(isAbout(targetsWhere(`c.name = {score_name_${i}:String}`, holds)), names);
}

/** What a filter looks at in a call that is in memory. */
export type FilteredCall = {
  trace_id: string;
  request_model: string;
  status: SpanStatus;
  session_id: string;
  user_id: string;
  response_id: string;
  prompt_name: string;
  prompt_version: number;
  tags: readonly string[];
};

/**
 * Whether a call passes `filter`, the same way; for calls that are in memory already. These are new: nobody has said
 * anything of them yet, so they pass a filter for `none`, and neither one for feedback nor one for a score.
 */
export function passesFilter(call: FilteredCall, filter: Omit<CallFilter, 'from' | 'to'>): boolean {
  const { model, status, session_id, user_id, response_id, trace_id } = filter;
  const { prompt, tag, not_tag, feedback, score } = filter;
  const prompts = call.prompt_name ? [call.prompt_name, `${call.prompt_name}@${call.prompt_version}`] : [];
  const carries = (tags: readonly string[]): boolean => tags.some((each) => call.tags.includes(each));
  return (
    (!model?.length || model.includes(call.request_model)) &&
    (!status?.length || status.includes(call.status)) &&
    (!session_id || session_id === call.session_id) &&
    (!user_id || user_id === call.user_id) &&
    (!response_id || response_id === call.response_id) &&
    (!trace_id || trace_id === call.trace_id) &&
    (!prompt?.length || prompts.some((name) => prompt.includes(name))) &&
    (!tag?.length || carries(tag)) &&
    (!not_tag?.length || !carries(not_tag)) &&
    (!feedback?.length || feedback.includes('none')) &&
    !score?.length
  );
}
