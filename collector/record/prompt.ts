/** Prompts: a name with labels, and its immutable versions. A label (`production`) points at one version. */
import { z } from 'zod';

/** Of prompts and labels: what stands in `model: "prompt:<name>@<label>"`. */
export const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'use a-z, 0-9, dots, dashes and underscores, at most 64 characters');
/** Not only digits, or it could not be told from a version. */
export const label = slug.refine((text) => !/^\d+$/.test(text), 'a label needs a letter');

export const PROMPT_ROLES = ['system', 'developer', 'user', 'assistant'] as const;
export const promptMessage = z.strictObject({
  role: z.enum(PROMPT_ROLES),
  /** May hold `{{variables}}`. */
  content: z.string().max(500_000),
});
export type PromptMessage = z.infer<typeof promptMessage>;

/** Names as in OpenAI's responses API; the gateway says them in the words of the API that is called. */
export const promptParams = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  max_output_tokens: z.number().int().min(1).max(10_000_000).optional(),
  reasoning_effort: z.string().max(20).optional(),
  /** `{type: "text" | "json_object" | "json_schema", ...}` as in chat completions. */
  response_format: z.record(z.string(), z.unknown()).optional(),
  /** Function tools as in chat completions. */
  tools: z.array(z.record(z.string(), z.unknown())).max(128).optional(),
});
export type PromptParams = z.infer<typeof promptParams>;

/** What a version says. */
export const promptContent = z.strictObject({
  messages: z.array(promptMessage).min(1).max(200),
  /** What the upstream is asked for; '' leaves it to the caller. */
  model: z.string().max(200).default(''),
  params: promptParams.default({}),
});
export type PromptContent = z.infer<typeof promptContent>;

export const registryPrompt = z.strictObject({
  name: slug,
  description: z.string().max(2_000),
  /** Label to version. */
  labels: z.record(label, z.number().int().min(1)),
  latest_version: z.number().int().min(1),
  status: z.enum(['active', 'archived']),
});

/** Id `<prompt id>@<version>`; only ever at revision 1. */
export const registryPromptVersion = promptContent.extend({
  prompt_id: z.string(),
  version: z.number().int().min(1),
  /** What changed, for people. */
  note: z.string().max(2_000),
});

/** The version a caller without a wish gets: this label's where it is set, else the newest. */
export const DEFAULT_LABEL = 'production';
