/** A run as its parts see it. */
import type { RunDataSource } from '../../collector/record/eval.ts';
import type { RegistryBody } from '../../collector/record/registry.ts';
import type { RegistryEntry } from '../../collector/registry/view.ts';
import type { EvalsContext } from '../context.ts';

/** What a model is asked for, of those runs that ask one. */
export type Generation = Exclude<RunDataSource, { type: 'jsonl' }>;

export type Run = {
  readonly context: EvalsContext;
  readonly project_id: string;
  readonly run_id: string;
  readonly body: RegistryBody<'eval_run'>;
  /** ISO 8601: what "the last hours" are counted from. */
  readonly created_at: string;
  /** What its scores on calls begin with. */
  readonly eval_name: string;
  /** Another attempt has been at it: what it sent last may be stored without anybody having seen it so. */
  readonly isResumed: boolean;
  /** Models that refuse `response_format`, learned by the graders. */
  readonly judgeFormats: Map<string, number>;
};

/** `entry` as it is now. */
export function toRun(context: EvalsContext, entry: RegistryEntry<'eval_run'>, isResumed = false): Run {
  const { id, project_id, body, created_at } = entry;
  const name = context.registry.find('eval', body.eval_id)?.body.name ?? '';
  const eval_name = name || body.eval_id;
  return { context, project_id, run_id: id, body, created_at, eval_name, isResumed, judgeFormats: new Map() };
}
