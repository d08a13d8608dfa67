/** The managed prompt that a run asks by: its variables are templates over the item, or the item's own members. */
import { DEFAULT_LABEL } from '../../collector/record/prompt.ts';
import { findVariables } from '../../collector/record/template.ts';
import type { RegistryEntry, RegistryView } from '../../collector/registry/view.ts';
import { fillIn, type Scope } from '../graders/scope.ts';
import type { Generation } from './run.ts';

export type AskedPrompt = {
  /** The member `prompt` of the request. */
  member: Record<string, unknown>;
  takesVariables: boolean;
};

const BY_MODEL = /^prompt:([^@]+)(?:@(.+))?$/;

/** Undefined where the run asks a plain model. @throws GradeError invalid_variable */
export function toPromptMember(
  { model, prompt }: Generation,
  scope: Scope,
  { registry, project_id }: { registry: RegistryView; project_id: string },
): AskedPrompt | undefined {
  const [, name, wish] = BY_MODEL.exec(model ?? '') ?? [];
  const id = prompt?.id ?? name;
  if (id === undefined) return undefined;
  const needed = findNeeded(registry, project_id, id, prompt?.version ?? wish);
  const own = needed.filter((variable) => Object.hasOwn(scope.item, variable));
  const variables = prompt?.variables
    ? Object.entries(prompt.variables).map(([key, text]) => [key, fillIn(text, scope)])
    : own.map((variable) => [variable, fillIn(`{{item.${variable}}}`, scope)]);
  const member = {
    ...(prompt ? { id: prompt.id } : {}),
    ...(prompt?.version ? { version: prompt.version } : {}),
    variables: Object.fromEntries(variables) as Record<string, string>,
  };
  return { member, takesVariables: needed.length > 0 || variables.length > 0 };
}

/** What the version that the gateway will take needs; [] where this room does not know it (yet). */
function findNeeded(
  registry: RegistryView,
  project_id: string,
  id: string,
  wish: string | undefined,
): string[] {
  const byId = registry.find('prompt', id);
  const prompt = byId?.project_id === project_id ? byId : registry.findPromptByName(project_id, id);
  if (!prompt) return [];
  const version = registry.find('prompt_version', `${prompt.id}@${toNumber(prompt.body, wish)}`);
  return version ? findVariables(...version.body.messages.map(({ content }) => content)) : [];
}

function toNumber(body: RegistryEntry<'prompt'>['body'], wish: string | undefined): number {
  if (wish !== undefined) return /^\d+$/.test(wish) ? Number(wish) : (body.labels[wish] ?? 0);
  return body.labels[DEFAULT_LABEL] ?? body.latest_version;
}
