/** Which prompt a request asks for, in either of the two ways, and what it wants filled in. */
import { AppError } from '../../errors.ts';
import { PROMPT_MODEL } from '../steps/inspect.ts';
import { type Place, readMember } from '../steps/top-level.ts';

export type Json = Record<string, unknown>;

export type PromptAsk = {
  /** A name, or an id. */
  wanted: string;
  /** The request's member that names it. */
  param: 'model' | 'prompt.id';
  /** A number or a label; undefined = the caller has no wish. */
  version: string | undefined;
  variables: Json;
  /** The request's member they are in. */
  variables_param: 'prompt.variables' | 'prompt_variables';
};

/**
 * What `body` asks for; undefined where it names no prompt at all (`prompt` without an id).
 * @throws AppError invalid_body
 */
export function findPromptAsk(body: Buffer, members: ReadonlyMap<string, Place>): PromptAsk | undefined {
  const model = readMember(body, members.get('model'), 'model');
  const prompt = toObject(readMember(body, members.get('prompt'), 'prompt'));
  const isByModel = typeof model === 'string' && model.startsWith(PROMPT_MODEL);
  const { id } = prompt;
  if (!isByModel) {
    if (typeof id !== 'string') return undefined;
    return {
      wanted: id,
      param: 'prompt.id',
      version: toVersion(prompt),
      ...toVariables(prompt, body, members),
    };
  }
  if (id !== undefined && id !== null) {
    throw invalid(
      'prompt.id',
      'Two prompts are named: one in `model` and one in `prompt`. Name one of them.',
    );
  }
  const [wanted = '', wish] = model.slice(PROMPT_MODEL.length).split(/@(.*)/s);
  const version = wish ?? toVersion(prompt);
  return { wanted, param: 'model', version, ...toVariables(prompt, body, members) };
}

/** OpenAI has it as a string; a number is as good. */
function toVersion({ version }: Json): string | undefined {
  if (version === undefined || version === null) return undefined;
  if (typeof version === 'string') return version;
  if (typeof version === 'number') return String(version);
  throw invalid('prompt.version', '`prompt.version` must be a string: a number or a label.');
}

function toVariables(
  prompt: Json,
  body: Buffer,
  members: ReadonlyMap<string, Place>,
): Pick<PromptAsk, 'variables' | 'variables_param'> {
  const top = readMember(body, members.get('prompt_variables'), 'prompt_variables') ?? undefined;
  const isInside = top === undefined && members.has('prompt');
  const variables_param = isInside ? 'prompt.variables' : 'prompt_variables';
  const variables = top ?? prompt['variables'] ?? {};
  if (typeof variables !== 'object' || Array.isArray(variables)) {
    throw invalid(variables_param, `\`${variables_param}\` must be an object of values by name.`);
  }
  return { variables: variables as Json, variables_param };
}

function toObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** A request that cannot be meant as it is. */
export function invalid(param: string, message: string): AppError {
  return new AppError('invalid_body', message, { param });
}
