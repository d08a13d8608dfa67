/** What a newcomer needs: the base URL, the key, and whether the first call has arrived. */
import { z } from 'zod';
import { spanListItem } from '../../collector/record/span.ts';
import { defineRoute, KEY_MANAGERS, READERS } from './route.ts';

export const getOnboarding = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/onboarding',
  access: READERS,
  response: z.object({
    /** Ends in /v1. */
    base_url: z.string(),
    /** The derived first key; null where there is none to show (revoked, or the caller's role may not see it). */
    api_key: z.string().nullable(),
    /** /k/<token>/v1 on the gateway, under the same conditions. */
    passthrough_url: z.string().nullable(),
    /** `demo` while no provider is configured, else the provider's host; '' while the gateway is away. */
    upstream: z.string(),
    first_call: spanListItem.nullable(),
    /** The newest call refused for its key in the last ten minutes, if any: its time and path. */
    last_rejected: z.object({ at: z.iso.datetime(), path: z.string() }).nullable(),
  }),
});

/** Sends one small chat call through the gateway with the first key, so that the road can be seen to work. */
export const sendTestCall = defineRoute({
  method: 'POST',
  path: '/api/projects/:project_id/test-call',
  access: KEY_MANAGERS,
  response: z.object({ trace_id: z.string(), text: z.string() }),
});
