/** A version's parameters as members of a request, wherever the caller has not said otherwise. */
import type { PromptParams } from '../../collector/record/prompt.ts';
import { type Place, readMember } from '../steps/top-level.ts';
import type { Json } from './ask.ts';
import type { Api } from './render.ts';

/** JSON text of each member to add or to replace. */
type Members = Map<string, string>;
type Given = { body: Buffer; members: ReadonlyMap<string, Place> };

/** The members that `params` mean in `api`. */
export function toParamMembers(params: PromptParams, api: Api, given: Given): Members {
  const out: Members = new Map();
  const add = (name: string, value: unknown): void => {
    if (value !== undefined && !given.members.has(name)) out.set(name, JSON.stringify(value));
  };
  add('temperature', params.temperature);
  add('top_p', params.top_p);
  if (api === 'chat') {
    // An older name of the same thing.
    if (!given.members.has('max_tokens')) add('max_completion_tokens', params.max_output_tokens);
    add('reasoning_effort', params.reasoning_effort);
    add('response_format', params.response_format);
    add('tools', params.tools);
    return out;
  }
  add('max_output_tokens', params.max_output_tokens);
  add('tools', params.tools?.map(toResponsesTool));
  addInside(out, given, 'reasoning', 'effort', params.reasoning_effort);
  addInside(out, given, 'text', 'format', params.response_format && toTextFormat(params.response_format));
  return out;
}

/** Sets `outer.inner`, keeping what else the caller has in there. */
function addInside(
  out: Members,
  { body, members }: Given,
  outer: string,
  inner: string,
  value: unknown,
): void {
  if (value === undefined) return;
  const given = readMember(body, members.get(outer), outer) ?? {};
  if (typeof given !== 'object' || Array.isArray(given) || Object.hasOwn(given, inner)) return;
  out.set(outer, JSON.stringify({ ...given, [inner]: value }));
}

/** Chat nests the schema, responses does not. */
function toTextFormat(format: Json): Json {
  const { type, json_schema: schema } = format;
  return type === 'json_schema' && typeof schema === 'object' ? { type, ...(schema as Json) } : format;
}

/** Likewise the function; and what is not strict in chat must be said not to be. */
function toResponsesTool(tool: Json): Json {
  const { type, function: fn } = tool;
  if (type !== 'function' || typeof fn !== 'object' || fn === null) return tool;
  return { type, strict: false, ...(fn as Json) };
}
