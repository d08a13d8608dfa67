/** The filters of the call list as SQL: fixed text chosen by what is set, every value a bind. */
import type { SpanStatus } from '../record/span.ts';
import type { QueryParams } from './run.ts';

/** `from` is inclusive, `to` exclusive; both ISO 8601. An empty list filters nothing. */
export type CallFilter = {
  from?: string | undefined;
  to?: string | undefined;
  model?: readonly string[] | undefined;
  status?: readonly SpanStatus[] | undefined;
  session_id?: string | undefined;
  user_id?: string | undefined;
};

/** A condition over `spans AS s` and what it binds. */
export type Condition = { sql: string; params: QueryParams };

/** `filter` within one project. */
export function toCondition(project_id: string, filter: CallFilter): Condition {
  const { from, to, model, status, session_id, user_id } = filter;
  const parts = ['s.project_id = {project_id:String}'];
  const params: Record<string, unknown> = { project_id };
  const add = (sql: string, name: string, value: unknown): void => {
    parts.push(sql);
    params[name] = value;
  };
  if (from) add(`s.started_at >= fromUnixTimestamp64Milli({from_ms:Int64})`, 'from_ms', Date.parse(from));
  if (to) add(`s.started_at < fromUnixTimestamp64Milli({to_ms:Int64})`, 'to_ms', Date.parse(to));
  if (model?.length) add('has({model:Array(String)}, s.request_model)', 'model', model);
  if (status?.length) add('has({status:Array(String)}, toString(s.status))', 'status', status);
  if (session_id) add('s.session_id = {session_id:String}', 'session_id', session_id);
  if (user_id) add('s.user_id = {user_id:String}', 'user_id', user_id);
  return { sql: parts.join(' AND '), params };
}

/** Whether a call passes `filter`, the same way; for calls that are in memory already. */
export function passesFilter(
  call: { request_model: string; status: SpanStatus; session_id: string; user_id: string },
  filter: Omit<CallFilter, 'from' | 'to'>,
): boolean {
  const { model, status, session_id, user_id } = filter;
  return (
    (!model?.length || model.includes(call.request_model)) &&
    (!status?.length || status.includes(call.status)) &&
    (!session_id || session_id === call.session_id) &&
    (!user_id || user_id === call.user_id)
  );
}
