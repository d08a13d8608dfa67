/**
 * The words that the call list is filtered by: as the page keeps them in its URL, where a list is text with commas,
 * and as a job keeps them (a dataset, an evaluation, an export), as JSON.
 */
import { z } from 'zod';
import { spanStatus } from './span.ts';

const many = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .union([
      z.array(z.string()),
      z.string().transform((text) => text.split(',').filter((part) => part !== '')),
    ])
    .pipe(z.array(item).max(100));

/** `none`: nobody gave a thumb, a comment or a correction. */
export const FEEDBACK_STATES = ['up', 'down', 'corrected', 'commented', 'none'] as const;
export type FeedbackState = (typeof FEEDBACK_STATES)[number];

const CONDITION = /^([\p{L}\p{N}][^<>=,]{0,399}?)\s*(>=|<=|>|<|=)\s*([^\s<>=,][^<>=,]{0,199})$/u;

/** A score's name, how it compares, and with what: a number, or with `=` also a label's word. */
export type ScoreCondition = {
  name: string;
  operator: '>=' | '<=' | '>' | '<' | '=';
  value: number | string;
};

/** The parts of a condition such as `quality>=0.5` or `tone=friendly`, or undefined for what is none. */
export function findScoreCondition(text: string): ScoreCondition | undefined {
  const [, name = '', operator = '', said = ''] = CONDITION.exec(text.trim()) ?? [];
  if (!name) return undefined;
  const number = Number(said);
  if (Number.isFinite(number))
    return { name, operator: operator as ScoreCondition['operator'], value: number };
  return operator === '=' ? { name, operator, value: said.trim() } : undefined;
}

const scoreCondition = z
  .string()
  .max(700)
  .refine((text) => findScoreCondition(text) !== undefined, {
    message: 'write it as name>=0.5, name=1 or name=word',
  });

const words = {
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  model: many(z.string().max(200)).optional(),
  status: many(spanStatus).optional(),
  session_id: z.string().max(256).optional(),
  user_id: z.string().max(256).optional(),
  response_id: z.string().max(256).optional(),
  /** All that belongs to one trace. */
  trace_id: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  /** `name`, or `name@version`. */
  prompt: many(z.string().max(200)).optional(),
  /** Calls that carry one of these, and calls that carry none of these. */
  tag: many(z.string().max(256)).optional(),
  not_tag: many(z.string().max(256)).optional(),
  feedback: many(z.enum(FEEDBACK_STATES)).optional(),
  /** All of these hold, each for some author's latest word: `name>=0.5`, or `name=word` for a label. */
  score: many(scoreCondition).optional(),
};

/**
 * Filters shared by list, facets and jobs. `from` is inclusive, `to` exclusive. Several values of one word are
 * alternatives (but for `not_tag` and `score`), several words must all hold; an empty list filters nothing.
 */
export const callFilter = z.object(words);
export type CallFilter = z.infer<typeof callFilter>;

/** The same for what is kept: a word that does not exist is an error, or a job would take in more than was meant. */
export const keptCallFilter = z.strictObject(words);

/** Tags of the calls that Sekisho makes itself. */
export const OWN_TAGS = [
  'sekisho:judge',
  'sekisho:sample',
  'sekisho:embedding',
  'sekisho:playground',
] as const;

/** `filter` for jobs: nobody means the judges when they say "my calls", unless they name a tag. */
export function withoutOwnCalls(filter: CallFilter): CallFilter {
  if (filter.tag?.length) return filter;
  return { ...filter, not_tag: [...new Set([...OWN_TAGS, ...(filter.not_tag ?? [])])] };
}
