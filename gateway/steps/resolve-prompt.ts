/**
 * Step: a call that names a managed prompt becomes the call it stands for: the rendered messages ahead of the
 * caller's own, the version's model and parameters where the caller says nothing. From memory, without a wait.
 */
import type { RegistryView } from '../../collector/registry/view.ts';
import type { CallPrompt } from '../../collector/spool/call.ts';
import { findPromptAsk, invalid, type PromptAsk } from '../prompts/ask.ts';
import { findPrompt, type FoundVersion, getVersion } from '../prompts/find-version.ts';
import { toParamMembers } from '../prompts/params.ts';
import { type Api, renderMessages, toRecorded, toValues } from '../prompts/render.ts';
import { PROMPT_MODEL } from './inspect.ts';
import { isOurId } from './our-id.ts';
import { prependMessages } from './prepend-messages.ts';
import { findTopLevel, type Place, readMember, rewriteMembers } from './top-level.ts';

/** The paths that take a prompt. */
export const PROMPT_ROUTES: ReadonlyMap<string, Api> = new Map([
  ['/v1/chat/completions', 'chat'],
  ['/v1/responses', 'responses'],
]);

export type Resolved = {
  /** What goes upstream. */
  body: Buffer;
  prompt: CallPrompt;
};

/**
 * Resolves what `body` asks for, in `project_id`. Undefined where no prompt of ours is meant: the provider may know it.
 * @throws AppError not_found, invalid_body: what is wrong, and what there is
 */
export function resolvePrompt(
  registry: RegistryView,
  project_id: string,
  api: Api,
  body: Buffer,
): Resolved | undefined {
  const members = findTopLevel(body);
  const ask = findPromptAsk(body, members);
  // Chat has no prompts of its own: there nobody else can be meant.
  if (!ask && api === 'chat')
    throw invalid('prompt.id', '`prompt.id` must name a prompt: its id or its name.');
  if (!ask || isTheProviders(registry, project_id, api, ask)) return undefined;
  const found = getVersion(registry, project_id, ask);
  const { messages, params } = found.version.body;
  const values = toValues(messages, ask.variables, ask.variables_param);
  const rendered = renderMessages(messages, values, api);
  const changes = new Map<string, string | Buffer | null>([
    ['prompt', null],
    ['prompt_variables', null],
    ['model', JSON.stringify(toModel(body, members, found))],
    ...toParamMembers(params, api, { body, members }),
  ]);
  const list = api === 'chat' ? 'messages' : 'input';
  changes.set(list, prependMessages(rendered, body, members.get(list), list));
  return { body: rewriteMembers(body, changes), prompt: toCallPrompt(found, toRecorded(values)) };
}

function isTheProviders(registry: RegistryView, project_id: string, api: Api, ask: PromptAsk): boolean {
  if (api === 'chat' || ask.param === 'model' || isOurId('pmpt_', ask.wanted)) return false;
  return findPrompt(registry, project_id, ask.wanted) === undefined;
}

function toModel(
  body: Buffer,
  members: ReadonlyMap<string, Place>,
  { prompt, version }: FoundVersion,
): string {
  const own = readMember(body, members.get('model'), 'model');
  if (typeof own === 'string' && own !== '' && !own.startsWith(PROMPT_MODEL)) return own;
  if (version.body.model !== '') return version.body.model;
  throw invalid(
    'model',
    `Version ${version.body.version} of the prompt ${prompt.body.name} leaves the model to the caller: give \`model\`.`,
  );
}

function toCallPrompt(
  { prompt, version, label }: FoundVersion,
  variables: Record<string, string>,
): CallPrompt {
  return { id: prompt.id, name: prompt.body.name, version: version.body.version, label, variables };
}
