/** Logged calls as items: by the words of the call list, or by those of OpenAI's `responses` and `stored_completions`. */
import { type CallWithScores, readCalls } from '../../collector/queries/read-calls.ts';
import { type CallFilter, keptCallFilter, withoutOwnCalls } from '../../collector/record/call-filter.ts';
import { toMessageText } from '../../collector/record/chat.ts';
import type { RunSource } from '../../collector/record/eval.ts';
import { findCallItem } from '../datasets/call-item.ts';
import { type RunItem, toAnsweredItem } from './items.ts';
import type { Run } from './run.ts';

export type LoggedSource = Extract<RunSource, { type: 'calls' | 'responses' | 'stored_completions' }>;

const DEFAULT_LIMIT = 1_000;
const HOUR_MS = 3_600_000;
const DIALECTS = { responses: 'openai.responses', stored_completions: 'openai.chat' } as const;

/** Newest first; nothing that came after the run was made. @throws like `readCalls` */
export async function* readLoggedCalls(
  run: Run,
  source: LoggedSource,
  signal: AbortSignal,
): AsyncGenerator<RunItem> {
  const { context, project_id } = run;
  let left = source.limit ?? DEFAULT_LIMIT;
  const accept = toAccept(run, source);
  for await (const page of readCalls(await context.store(), project_id, toFilter(run, source), { signal })) {
    for (const call of page) {
      const found = accept(call) ? findCallItem(call) : undefined;
      if (!found) continue;
      yield toAnsweredItem(found);
      if (--left === 0) return;
    }
  }
}

/** Where the words do not say otherwise: calls that were answered, and none of our own. */
function toFilter(run: Run, source: LoggedSource): CallFilter {
  const created = Date.parse(run.created_at);
  const base = { status: ['ok' as const], to: run.created_at };
  if (source.type === 'calls') {
    const filter = withoutOwnCalls(keptCallFilter.parse(source.filter));
    const from = source.last_hours
      ? new Date(created - source.last_hours * HOUR_MS).toISOString()
      : undefined;
    return { ...base, ...(from === undefined ? {} : { from }), ...filter };
  }
  const { model, created_after, created_before } = source;
  return withoutOwnCalls({
    ...base,
    ...(model ? { model: [model] } : {}),
    ...(created_after ? { from: new Date(created_after * 1000).toISOString() } : {}),
    ...(created_before ? { to: new Date(Math.min(created_before * 1000, created)).toISOString() } : {}),
  });
}

/** What the list's words cannot say. */
function toAccept({ context, body }: Run, source: LoggedSource): (call: CallWithScores) => boolean {
  const config = context.registry.find('eval', body.eval_id)?.body.data_source_config;
  const ofEval = config && config.type !== 'custom' ? config.metadata : undefined;
  const ofSource = source.type === 'calls' ? undefined : source.metadata;
  const metadata = Object.entries({ ...ofEval, ...ofSource });
  const hasMetadata = (call: CallWithScores): boolean =>
    metadata.every(([name, value]) => call.metadata[name] === value);
  if (source.type === 'calls') return hasMetadata;
  const { users, instructions_search } = { users: undefined, instructions_search: undefined, ...source };
  return (call) =>
    hasMetadata(call) &&
    call.dialect === DIALECTS[source.type] &&
    (!users?.length || users.includes(call.user_id)) &&
    (!instructions_search || instructionsOf(call).includes(instructions_search));
}

const instructionsOf = ({ chat }: CallWithScores): string =>
  chat.messages
    .filter(({ role }) => role === 'system' || role === 'developer')
    .map(toMessageText)
    .join('\n');
