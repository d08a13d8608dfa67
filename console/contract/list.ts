/** Lists in OpenAI's shape: a page goes on `after` the last id of the page before. */
import { z } from 'zod';

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  after: z.string().max(200).optional(),
  before: z.string().max(200).optional(),
  order: z.enum(['asc', 'desc']).default('desc'),
});
export type PageQuery = z.infer<typeof pageQuery>;

/** `has_more` says whether another page follows in the direction asked. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({
    object: z.literal('list'),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  });

/** Unix seconds, as everywhere in OpenAI's objects. */
export const unixSeconds = z.number().int();

export const deletedObject = z.object({ id: z.string(), object: z.string(), deleted: z.literal(true) });

/** The revision its author looked at; without it the newest is changed, whatever it is. */
export const expectedRevision = z.number().int().min(1).optional();
