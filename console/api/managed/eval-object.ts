/** Evaluations and their schedules as OpenAI's objects. */
import type { RegistryBody } from '../../../collector/record/registry.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import { findNextTime } from '../../../evals/schedule/times.ts';
import type { ScheduleObject } from '../../contract/eval-schedules.ts';
import type { EvalObject } from '../../contract/evals.ts';
import { toUnix } from './object.ts';

type Config = RegistryBody<'eval'>['data_source_config'];

const SAMPLE_SCHEMA = {
  type: 'object',
  properties: {
    model: { type: 'string' },
    output_text: { type: 'string' },
    output_json: { type: 'object' },
    output_tools: { type: 'array', items: { type: 'object' } },
    choices: { type: 'array', items: { type: 'object' } },
  },
  required: ['output_text'],
};
/** Of a logged call. */
const CALL_SCHEMA = {
  type: 'object',
  properties: {
    messages: { type: 'array', items: { type: 'object' } },
    tools: { type: 'array', items: { type: 'object' } },
    input: { type: 'string' },
    output: { type: 'string' },
    expected: { type: 'string' },
    model: { type: 'string' },
  },
};

/** What templates may name, as OpenAI echoes it. */
function toSchema(config: Config): Record<string, unknown> {
  const item = config.type === 'custom' ? config.item_schema : CALL_SCHEMA;
  const hasSample = config.type !== 'custom' || config.include_sample_schema;
  return {
    type: 'object',
    properties: { item, ...(hasSample ? { sample: SAMPLE_SCHEMA } : {}) },
    required: hasSample ? ['item', 'sample'] : ['item'],
  };
}

export function toEvalObject({ id, body, revision, created_at }: RegistryEntry<'eval'>): EvalObject {
  const { name, metadata, data_source_config, testing_criteria } = body;
  return {
    object: 'eval',
    id,
    name,
    created_at: toUnix(created_at),
    metadata,
    data_source_config: { ...data_source_config, schema: toSchema(data_source_config) },
    testing_criteria,
    revision,
  };
}

export function toScheduleObject(entry: RegistryEntry<'eval_schedule'>): ScheduleObject {
  const { id, body, revision, created_at } = entry;
  const { eval_id, name, cron, timezone, data_source, status } = body;
  const next = status === 'active' ? findNextTime(body, new Date()) : undefined;
  return {
    object: 'eval.schedule',
    id,
    eval_id,
    name,
    cron,
    timezone,
    data_source,
    status: status === 'active' ? 'active' : 'paused',
    next_run_at: next ? toUnix(next.toISOString()) : null,
    revision,
    created_at: toUnix(created_at),
  };
}
