/** The call list, one call, its facets, and the live stream of new calls. */
import { z } from 'zod';
import { spanDetail, spanListItem, spanStatus } from '../../collector/record/span.ts';
import { defineRoute, READERS } from './route.ts';

/** The records that these routes answer with, for the page, which imports nothing but the contract. */
export type { Message, MessagePart } from '../../collector/record/message.ts';
export type { SpanDetail, SpanListItem, SpanStatus } from '../../collector/record/span.ts';

const many = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .union([
      z.array(z.string()),
      z.string().transform((text) => text.split(',').filter((part) => part !== '')),
    ])
    .pipe(z.array(item));

/** Filters shared by list and facets; also what the page keeps in its URL. `from` is inclusive, `to` exclusive. */
export const callFilter = z.object({
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  model: many(z.string().max(200)).optional(),
  status: many(spanStatus).optional(),
  session_id: z.string().max(200).optional(),
  user_id: z.string().max(200).optional(),
});
export type CallFilter = z.infer<typeof callFilter>;

export const listCalls = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/calls',
  access: READERS,
  query: callFilter.extend({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    /** From the page before; newest first. */
    cursor: z.string().max(200).optional(),
  }),
  response: z.object({ calls: z.array(spanListItem), next_cursor: z.string().nullable() }),
});

const facet = z.object({ value: z.string(), count: z.number().int() });
export const listCallFacets = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/call-facets',
  access: READERS,
  query: callFilter,
  /** Each facet counts under all filters but its own; `total` under all. */
  response: z.object({
    total: z.number().int(),
    model: z.array(facet),
    status: z.array(facet),
    input_tokens: z.number(),
    output_tokens: z.number(),
    /** USD. */
    cost_total: z.string(),
    /** Calls whose cost is unknown, and so not part of the sum. */
    cost_unknown: z.number().int(),
  }),
});

export const getCall = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/calls/:trace_id/:span_id',
  access: READERS,
  response: spanDetail,
});

/**
 * Server-sent events. First `ready`: from then on a `call` (data: a spanListItem) comes for each newly stored call
 * that passes the filter, once. Load the list at `ready` (also after a reconnect), and nothing falls between; a call
 * may then be in both, so know them by span_id.
 */
export const streamCalls = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/calls-live',
  access: READERS,
  query: callFilter.omit({ from: true, to: true }),
});
