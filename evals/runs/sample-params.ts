/** `sampling_params` of a run in the words of the API that is asked. */
import type { Generation } from './run.ts';

type Json = Record<string, unknown>;

const isSaid = (value: unknown): boolean => value !== null && value !== undefined;

/** An item that carries its own tools (a logged call) is asked with them, unless the run names others. */
export function toParams(source: Generation, item: Json): Json {
  const given = Object.fromEntries(
    Object.entries(source.sampling_params ?? {}).filter(([, value]) => isSaid(value)),
  );
  const { max_completions_tokens, max_completion_tokens = max_completions_tokens, ...rest } = given;
  const usesItem = !source.input_messages && !source.prompt;
  const ownTools =
    usesItem && Array.isArray(item['tools']) && item['tools'].length > 0 ? item['tools'] : undefined;
  const tools = rest['tools'] ?? ownTools;
  if (source.type === 'completions') {
    return {
      ...rest,
      ...(isSaid(max_completion_tokens) ? { max_completion_tokens } : {}),
      ...(tools === undefined ? {} : { tools }),
    };
  }
  const { seed: _seed, response_format, reasoning_effort, ...known } = rest;
  return {
    ...known,
    ...(isSaid(max_completion_tokens) ? { max_output_tokens: max_completion_tokens } : {}),
    ...(tools === undefined ? {} : { tools: toResponsesTools(tools) }),
    ...(isSaid(response_format) ? { text: { format: toTextFormat(response_format as Json) } } : {}),
    ...(isSaid(reasoning_effort) ? { reasoning: { effort: reasoning_effort } } : {}),
  };
}

/** Chat nests the function and the schema, responses does not. */
function toResponsesTools(tools: unknown): unknown {
  if (!Array.isArray(tools)) return tools;
  return tools.map((tool: Json) =>
    typeof tool['function'] === 'object'
      ? { type: 'function', strict: false, ...(tool['function'] as Json) }
      : tool,
  );
}

function toTextFormat(format: Json): Json {
  const schema = format['json_schema'];
  return typeof schema === 'object' && schema !== null
    ? { type: 'json_schema', ...(schema as Json) }
    : format;
}
