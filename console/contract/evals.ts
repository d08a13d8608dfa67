/** Evaluations in OpenAI's shape (`client.evals.*`): what is checked. Runs are in `eval-runs.ts`. */
import { z } from 'zod';
import { dataSourceConfig } from '../../collector/record/eval.ts';
import { grader } from '../../collector/record/grader.ts';
import { metadataPairs } from '../../collector/record/source.ts';
import { listOf, pageQuery, unixSeconds } from './list.ts';
import { BUILDERS, defineRoute, READERS } from './route.ts';

export type { Grader } from '../../collector/record/grader.ts';

const json = z.record(z.string(), z.unknown());
const EVALS = '/api/projects/:project_id/evals';
const EVAL = `${EVALS}/:eval_id`;

/** `data_source_config` carries `schema` on the way out: of what a template may name. */
export const evalObject = z.object({
  object: z.literal('eval'),
  id: z.string(),
  name: z.string(),
  created_at: unixSeconds,
  metadata: z.record(z.string(), z.string()),
  data_source_config: json,
  testing_criteria: z.array(json),
  /** Ours. */
  revision: z.number().int(),
});
export type EvalObject = z.infer<typeof evalObject>;

export const listEvals = defineRoute({
  method: 'GET',
  path: EVALS,
  v1: true,
  access: READERS,
  query: pageQuery.extend({ order_by: z.enum(['created_at', 'updated_at']).default('created_at') }),
  response: listOf(evalObject),
});
export const createEval = defineRoute({
  method: 'POST',
  path: EVALS,
  v1: true,
  access: BUILDERS,
  body: z.object({
    name: z.string().max(200).default(''),
    metadata: metadataPairs.nullish(),
    data_source_config: dataSourceConfig,
    testing_criteria: z.array(grader).min(1).max(50),
  }),
  status: 201,
  response: evalObject,
});
export const getEval = defineRoute({
  method: 'GET',
  path: EVAL,
  v1: true,
  access: READERS,
  response: evalObject,
});
export const updateEval = defineRoute({
  method: 'POST',
  path: EVAL,
  v1: true,
  access: BUILDERS,
  body: z.object({
    name: z.string().max(200).optional(),
    metadata: metadataPairs.nullish(),
    /** Ours: runs that exist keep the criteria they were made with. */
    testing_criteria: z.array(grader).min(1).max(50).optional(),
  }),
  response: evalObject,
});
export const deleteEval = defineRoute({
  method: 'DELETE',
  path: EVAL,
  v1: true,
  access: BUILDERS,
  response: z.object({ object: z.literal('eval.deleted'), deleted: z.literal(true), eval_id: z.string() }),
});

/** Tries one grader on one item (OpenAI's `fineTuning.alpha.graders.run`). */
export const runGrader = defineRoute({
  method: 'POST',
  path: '/api/projects/:project_id/fine_tuning/alpha/graders/run',
  v1: true,
  access: BUILDERS,
  body: z.object({ grader, model_sample: z.string(), item: json.optional() }),
  response: z.object({
    reward: z.number(),
    metadata: json,
    sub_rewards: json,
    model_grader_token_usage_per_model: json,
  }),
});
export const validateGrader = defineRoute({
  method: 'POST',
  path: '/api/projects/:project_id/fine_tuning/alpha/graders/validate',
  v1: true,
  access: BUILDERS,
  body: z.object({ grader }),
  response: z.object({ grader: json }),
});
