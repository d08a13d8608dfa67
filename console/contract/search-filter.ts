/** Filters of a search on the attributes of files, in OpenAI's shape. */
import { z } from 'zod';

const comparison = z.object({
  type: z.enum(['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin']),
  key: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))]),
});
export type SearchFilter = z.infer<typeof comparison> | { type: 'and' | 'or'; filters: SearchFilter[] };
const anyFilter: z.ZodType<SearchFilter> = z.union([
  comparison,
  z.object({
    type: z.enum(['and', 'or']),
    filters: z
      .array(z.lazy(() => anyFilter))
      .min(1)
      .max(100),
  }),
]);

/** Deeper ones are nobody's question, and a schema that calls itself has only so much stack. */
const MAX_FILTER_DEPTH = 20;

function isShallow(filter: unknown, depth = 1): boolean {
  if (depth > MAX_FILTER_DEPTH) return false;
  const inner = (filter as { filters?: unknown } | null | undefined)?.filters;
  return !Array.isArray(inner) || inner.every((each) => isShallow(each, depth + 1));
}

export const searchFilter: z.ZodType<SearchFilter> = z
  .unknown()
  .refine((filter) => isShallow(filter), {
    message: `are nested more than ${MAX_FILTER_DEPTH} deep`,
    abort: true,
  })
  .pipe(anyFilter);
