/** The call list, one call, its facets, and the live stream of new calls. */
import { z } from 'zod';
import { callFilter } from '../../collector/record/call-filter.ts';
import { scoreMark } from '../../collector/record/score.ts';
import { spanDetail, spanListItem } from '../../collector/record/span.ts';
import { defineRoute, READERS } from './route.ts';

/** The records that these routes answer with, for the page, which imports nothing but the contract. */
export type { Message, MessagePart } from '../../collector/record/message.ts';
export type { ScoreMark } from '../../collector/record/score.ts';
export type { SpanDetail, SpanListItem, SpanStatus } from '../../collector/record/span.ts';

export {
  callFilter,
  type CallFilter,
  FEEDBACK_STATES,
  type FeedbackState,
  findScoreCondition,
  keptCallFilter,
  OWN_TAGS,
  type ScoreCondition,
} from '../../collector/record/call-filter.ts';

/** One row of the list: the call, and in short what was said of it. */
export const callListItem = spanListItem.extend({ scores: z.array(scoreMark) });
export type CallListItem = z.infer<typeof callListItem>;

export const listCalls = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/calls',
  access: READERS,
  query: callFilter.extend({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    /** From the page before; newest first. */
    cursor: z.string().max(200).optional(),
  }),
  response: z.object({ calls: z.array(callListItem), next_cursor: z.string().nullable() }),
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
    /** Names of prompts. */
    prompt: z.array(facet),
    /** `up`, `down`, `corrected`, `commented`, `none`: a call may be several of the first four. */
    feedback: z.array(facet),
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
 * Server-sent events. First `ready`: from then on a `call` (data: a callListItem) comes for each newly stored call
 * that passes the filter, once. Load the list at `ready` (also after a reconnect), and nothing falls between; a call
 * may then be in both, so know them by span_id. A new call has no scores yet: under a filter for a score or for
 * feedback other than `none` no call comes, and what is said later changes the list only when it is loaded again.
 */
export const streamCalls = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/calls-live',
  access: READERS,
  query: callFilter.omit({ from: true, to: true }),
});
