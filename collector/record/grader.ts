/** Graders: OpenAI's testing criteria. Texts are templates over `item` and `sample`. */
import { z } from 'zod';

const name = z.string().min(1).max(100);
export const graderMessage = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([
    z.string(),
    z.object({ type: z.enum(['input_text', 'output_text']), text: z.string() }),
    z.array(z.object({ type: z.enum(['input_text', 'output_text']), text: z.string() })),
  ]),
});

export const stringCheck = z.strictObject({
  type: z.literal('string_check'),
  name,
  input: z.string(),
  reference: z.string(),
  operation: z.enum(['eq', 'ne', 'like', 'ilike']),
});
export const textSimilarity = z.strictObject({
  type: z.literal('text_similarity'),
  name,
  input: z.string(),
  reference: z.string(),
  evaluation_metric: z.enum(['fuzzy_match', 'cosine']),
  /** Half of what there is where it is not said: OpenAI's graders of fine-tuning have none. */
  pass_threshold: z.number().default(0.5),
  /** For `cosine`: asked through the gateway. */
  model: z.string().max(200).optional(),
});
export const scoreModel = z.strictObject({
  type: z.literal('score_model'),
  name,
  model: z.string().min(1).max(200),
  input: z.array(graderMessage).min(1),
  range: z.tuple([z.number(), z.number()]).default([0, 1]),
  /** The middle of the range where it is not said. */
  pass_threshold: z.number().optional(),
  sampling_params: z.record(z.string(), z.unknown()).optional(),
});
export const labelModel = z.strictObject({
  type: z.literal('label_model'),
  name,
  model: z.string().min(1).max(200),
  input: z.array(graderMessage).min(1),
  labels: z.array(z.string().min(1)).min(2).max(100),
  passing_labels: z.array(z.string().min(1)).min(1),
});
export const grader = z.discriminatedUnion('type', [stringCheck, textSimilarity, scoreModel, labelModel], {
  error: 'use string_check, text_similarity, score_model or label_model',
});
export type Grader = z.infer<typeof grader>;
