/** What the health page shows: the rooms, and per writer the capture certificate. */
import { z } from 'zod';
import { defineRoute } from './route.ts';

export const getHealth = defineRoute({
  method: 'GET',
  path: '/api/health',
  access: ['owner', 'admin', 'engineer'],
  response: z.object({
    rooms: z.array(z.object({ room: z.string(), ready: z.boolean(), detail: z.string() })),
    /**
     * Per writer: highest seq it reported, rows stored, sequence numbers missing, stored twice, counted as lost. While
     * `kind` is `hello` or `alive`, `missing` includes the calls that are still running.
     */
    certificate: z.array(
      z.object({
        writer: z.string(),
        last_seen_at: z.iso.datetime(),
        kind: z.string(),
        sent: z.number().int(),
        stored: z.number().int(),
        missing: z.number().int(),
        twice: z.number().int(),
        lost: z.record(z.string(), z.number()),
      }),
    ),
  }),
});
