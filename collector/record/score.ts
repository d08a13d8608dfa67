/**
 * Scores: what was said of a call, by a person (feedback, a reviewer's label) or by a grader. Append-only: of the same
 * project, target, name, source and author the newest counts.
 */
import { z } from 'zod';

export const SCORE_SOURCES = ['feedback', 'label', 'eval'] as const;

/** Names with a meaning of their own: `thumb` is 1 or 0, `correction` carries the answer that would have been right. */
export const SCORE_THUMB = 'thumb';
export const SCORE_CORRECTION = 'correction';
export const SCORE_COMMENT = 'comment';

export const scoreName = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u,
    'use letters, digits, spaces, dots, dashes and underscores',
  );

/** One row of the table `scores`. */
export const score = z.object({
  score_id: z.string(),
  /** 32 hex digits; '' while only the response's id is known: the call is then found by that. */
  trace_id: z.string(),
  /** 16 hex digits; '' = the whole trace. */
  span_id: z.string(),
  response_id: z.string(),
  name: z.string(),
  source: z.enum(SCORE_SOURCES),
  /** null where it has none (a comment, a label). */
  value: z.number().nullable(),
  label: z.string(),
  comment: z.string(),
  /** The text that should have been answered. */
  correction: z.string(),
  /** Account, key or grader. */
  author: z.string(),
  /** '' unless it comes from a run. */
  run_id: z.string(),
  /** Takes back what the same author said before. */
  retracted: z.boolean(),
  at: z.iso.datetime(),
});
export type Score = z.infer<typeof score>;

/** What a list shows of a call: all that was said under one name, each author's latest word. */
export const scoreMark = z.object({
  name: z.string(),
  source: z.enum(SCORE_SOURCES),
  /** The mean of what has a number; null where nothing has. Of `thumb` the share that is up. */
  value: z.number().nullable(),
  /** The newest; '' where there is none. */
  label: z.string(),
  /** How many said something. */
  count: z.number().int(),
});
export type ScoreMark = z.infer<typeof scoreMark>;
