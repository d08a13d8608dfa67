/** The managed prompt that a call was made from. */
import type { SpanDetail } from '../../../contract/calls.ts';

export type PromptOf = {
  /** '' where only the name is known. */
  id: string;
  name: string;
  version: number;
  /** The label it was asked by, or ''. */
  label: string;
  variables: [name: string, value: string][];
};

export function findPrompt(
  call: Pick<SpanDetail, 'prompt_name' | 'prompt_version' | 'attributes'>,
): PromptOf | undefined {
  if (!call.prompt_name) return undefined;
  return {
    id: call.attributes['sekisho.prompt.id'] ?? '',
    name: call.prompt_name,
    version: call.prompt_version,
    label: call.attributes['sekisho.prompt.label'] ?? '',
    variables: parseVariables(call.attributes['sekisho.prompt.variables'] ?? ''),
  };
}

function parseVariables(json: string): [string, string][] {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).map(([name, one]) => [
      name,
      typeof one === 'string' ? one : JSON.stringify(one),
    ]);
  } catch {
    return [];
  }
}
