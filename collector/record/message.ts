/**
 * Canonical chat messages: OpenTelemetry's GenAI message schema (role + parts), whatever the API of origin was.
 */
import { z } from 'zod';

export const messagePart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), content: z.string() }),
  z.object({ type: z.literal('reasoning'), content: z.string() }),
  z.object({ type: z.literal('refusal'), content: z.string() }),
  z.object({
    type: z.literal('tool_call'),
    id: z.string().optional(),
    name: z.string(),
    arguments: z.unknown(),
  }),
  z.object({ type: z.literal('tool_call_response'), id: z.string().optional(), response: z.unknown() }),
  z.object({ type: z.literal('uri'), modality: z.string(), uri: z.string() }),
  z.object({
    type: z.literal('blob'),
    modality: z.string(),
    mime_type: z.string().optional(),
    bytes: z.number(),
  }),
  z.object({ type: z.literal('generic'), value: z.unknown() }),
]);
export type MessagePart = z.infer<typeof messagePart>;

export const message = z.object({
  role: z.string(),
  name: z.string().optional(),
  parts: z.array(messagePart),
  finish_reason: z.string().optional(),
});
export type Message = z.infer<typeof message>;
