/** Feedback and other scores of calls. May come before the call it is about has arrived. */
import { z } from 'zod';
import { score, scoreName } from '../../collector/record/score.ts';
import { defineRoute, READERS, REVIEWERS } from './route.ts';

export type { Score } from '../../collector/record/score.ts';

/**
 * One opinion on one call, named by `trace_id` (and `span_id`) or by the `response_id` that the model's answer had
 * (`resp_...`, `chatcmpl-...`). Same author, call and name: the newest counts, so sending it twice is harmless. It is
 * durable when it is answered, also while the database is away, and is seen in lists a moment later.
 */
export const createFeedback = defineRoute({
  method: 'POST',
  path: '/api/projects/:project_id/feedback',
  v1: true,
  access: REVIEWERS,
  body: z
    .strictObject({
      trace_id: z
        .string()
        .regex(/^[0-9a-f]{32}$/)
        .optional(),
      span_id: z
        .string()
        .regex(/^[0-9a-f]{16}$/)
        .optional(),
      response_id: z.string().min(1).max(256).optional(),
      /** null takes it back, as it does with a comment. */
      thumb: z.enum(['up', 'down']).nullable().optional(),
      /** A number with a name of its own; null takes it back. */
      score: z.strictObject({ name: scoreName, value: z.number().nullable() }).optional(),
      /** A name with a word, such as `tone: friendly`; an empty word takes it back. */
      label: z.strictObject({ name: scoreName, value: z.string().max(200) }).optional(),
      comment: z.string().max(10_000).nullable().optional(),
      /** What should have been answered; null takes it back. */
      correction: z.string().max(1_000_000).nullable().optional(),
      /** Whose opinion it is, where an app knows: an end user's id. People speak for themselves. */
      user_id: z.string().max(256).optional(),
    })
    .refine((body) => body.trace_id !== undefined || body.response_id !== undefined, {
      message: 'trace_id or response_id is needed',
      path: ['trace_id'],
    }),
  status: 201,
  response: z.object({ object: z.literal('feedback'), id: z.string(), scores: z.array(score) }),
});

/** Newest first; what was taken back or overtaken is left out. */
export const listFeedback = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/feedback',
  v1: true,
  access: READERS,
  query: z.object({
    trace_id: z.string().max(32).optional(),
    response_id: z.string().max(256).optional(),
    name: z.string().max(100).optional(),
    source: z.enum(['feedback', 'label', 'eval']).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z.string().max(200).optional(),
  }),
  response: z.object({
    object: z.literal('list'),
    data: z.array(score),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
  }),
});

/** Everything said of one call, by its ids and by its response's. */
export const listCallScores = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/calls/:trace_id/:span_id/scores',
  access: READERS,
  response: z.object({ scores: z.array(score.extend({ author_name: z.string() })) }),
});
