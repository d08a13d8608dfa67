/** Prompts: versions and labels. Asked by apps as `prompt: {id, version, variables}` or `model: "prompt:name@label"`. */
import { z } from 'zod';
import { label, promptContent, promptMessage, promptParams, slug } from '../../collector/record/prompt.ts';
import { expectedRevision, listOf, pageQuery, unixSeconds } from './list.ts';
import { BUILDERS, defineRoute, READERS } from './route.ts';

export type { PromptContent, PromptMessage, PromptParams } from '../../collector/record/prompt.ts';
export { findVariables, renderTemplate } from '../../collector/record/template.ts';

export const promptObject = z.object({
  object: z.literal('prompt'),
  id: z.string(),
  name: z.string(),
  description: z.string(),
  labels: z.record(z.string(), z.number().int()),
  latest_version: z.number().int(),
  status: z.enum(['active', 'archived']),
  /** Give it back as `expected_revision`. */
  revision: z.number().int(),
  created_at: unixSeconds,
  updated_at: unixSeconds,
});
export type PromptObject = z.infer<typeof promptObject>;

export const promptVersion = z.object({
  object: z.literal('prompt.version'),
  id: z.string(),
  prompt_id: z.string(),
  version: z.number().int(),
  messages: z.array(promptMessage),
  model: z.string(),
  params: promptParams,
  /** Names in `{{...}}`, in order of appearance. */
  variables: z.array(z.string()),
  note: z.string(),
  /** Labels that point here now. */
  labels: z.array(z.string()),
  /** Who published it: a person's name, or a key's. */
  created_by: z.string(),
  created_at: unixSeconds,
});
export type PromptVersion = z.infer<typeof promptVersion>;

const PROMPTS = '/api/projects/:project_id/prompts';
const note = z.string().max(2_000).default('');

export const listPrompts = defineRoute({
  method: 'GET',
  path: PROMPTS,
  v1: true,
  access: READERS,
  query: pageQuery.extend({
    name: z.string().max(64).optional(),
    status: z.enum(['active', 'archived', 'all']).default('active'),
  }),
  response: listOf(promptObject),
});

/** Makes the prompt and its version 1. 409 `already_exists` for a name that an active prompt has. */
export const createPrompt = defineRoute({
  method: 'POST',
  path: PROMPTS,
  v1: true,
  access: BUILDERS,
  body: promptContent.extend({
    name: slug,
    description: z.string().max(2_000).default(''),
    labels: z.array(label).max(20).default([]),
    note,
  }),
  status: 201,
  response: promptObject,
});

/** By id or by name. */
export const getPrompt = defineRoute({
  method: 'GET',
  path: `${PROMPTS}/:prompt_id`,
  v1: true,
  access: READERS,
  response: promptObject,
});

/** Changes what is not a version: a label moves, takes effect everywhere within two seconds, and is in the audit log. */
export const updatePrompt = defineRoute({
  method: 'POST',
  path: `${PROMPTS}/:prompt_id`,
  v1: true,
  access: BUILDERS,
  body: z.object({
    description: z.string().max(2_000).optional(),
    /** Labels not named stay; null takes one away. */
    labels: z.record(label, z.number().int().min(1).nullable()).optional(),
    status: z.enum(['active', 'archived']).optional(),
    expected_revision: expectedRevision,
  }),
  response: promptObject,
});

/** Archives it: calls that name it are refused, its versions and calls stay. `status: "active"` brings it back. */
export const archivePrompt = defineRoute({
  method: 'DELETE',
  path: `${PROMPTS}/:prompt_id`,
  v1: true,
  access: BUILDERS,
  response: promptObject,
});

export const listPromptVersions = defineRoute({
  method: 'GET',
  path: `${PROMPTS}/:prompt_id/versions`,
  v1: true,
  access: READERS,
  query: pageQuery,
  response: listOf(promptVersion),
});

/** Publishes the next version, and points `labels` at it. */
export const createPromptVersion = defineRoute({
  method: 'POST',
  path: `${PROMPTS}/:prompt_id/versions`,
  v1: true,
  access: BUILDERS,
  body: promptContent.extend({
    labels: z.array(label).max(20).default([]),
    note,
    expected_revision: expectedRevision,
  }),
  status: 201,
  response: promptVersion,
});

/** `version` may be a number or a label. */
export const getPromptVersion = defineRoute({
  method: 'GET',
  path: `${PROMPTS}/:prompt_id/versions/:version`,
  v1: true,
  access: READERS,
  response: promptVersion,
});

/**
 * Tries a draft: sends it through the gateway as a streamed chat completion and passes the events on as they come
 * (`data: {chat.completion.chunk}` ..., `data: [DONE]`). The call is captured like any other, tagged `playground`.
 * The header `x-sekisho-trace-id` names it.
 */
export const tryPrompt = defineRoute({
  method: 'POST',
  path: '/api/projects/:project_id/prompt-tries',
  access: BUILDERS,
  body: promptContent.extend({
    variables: z.record(z.string(), z.string()).default({}),
    /** Version that the draft is, so that the call says so. */
    prompt: z.object({ id: z.string(), version: z.number().int() }).optional(),
  }),
});

/** What apps really filled in lately: the variables of the newest calls of a prompt, newest first, each once. */
export const listPromptInputs = defineRoute({
  method: 'GET',
  path: `${PROMPTS}/:prompt_id/inputs`,
  access: READERS,
  query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
  response: z.object({
    inputs: z.array(
      z.object({
        trace_id: z.string(),
        span_id: z.string(),
        started_at: z.iso.datetime(),
        version: z.number().int(),
        variables: z.record(z.string(), z.string()),
        output_preview: z.string(),
      }),
    ),
  }),
});

/** Models to choose from: what the upstream lists (through the gateway), and what calls have used. */
export const listModels = defineRoute({
  method: 'GET',
  path: '/api/projects/:project_id/models',
  access: READERS,
  response: z.object({ models: z.array(z.string()) }),
});
