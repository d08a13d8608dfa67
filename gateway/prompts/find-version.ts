/** The version of a prompt that a request means, from the registry in memory. Errors say what there is instead. */
import { DEFAULT_LABEL } from '../../collector/record/prompt.ts';
import type { RegistryEntry, RegistryView } from '../../collector/registry/view.ts';
import { AppError } from '../../errors.ts';
import type { PromptAsk } from './ask.ts';

const SHOWN_NAMES = 20;

type Prompt = RegistryEntry<'prompt'>;
export type FoundVersion = {
  prompt: Prompt;
  version: RegistryEntry<'prompt_version'>;
  /** By which it was found, '' where it was asked for by number or is the newest. */
  label: string;
};

/** The prompt of `project_id` with that id or name. */
export function findPrompt(registry: RegistryView, project_id: string, wanted: string): Prompt | undefined {
  const byId = registry.find('prompt', wanted);
  return byId?.project_id === project_id ? byId : registry.findPromptByName(project_id, wanted);
}

/** @throws AppError not_found */
export function getVersion(
  registry: RegistryView,
  project_id: string,
  { wanted, param, version: wish }: PromptAsk,
): FoundVersion {
  const prompt = findPrompt(registry, project_id, wanted);
  if (!prompt) throw unknownPrompt(registry, project_id, wanted, param);
  const { name, labels, latest_version, status } = prompt.body;
  if (status !== 'active') {
    throw missing(param, `The prompt ${name} is archived. Bring it back in the console to use it again.`);
  }
  const label = toLabel(wish, labels);
  const number = label === undefined ? Number(wish ?? latest_version) : findLabel(labels, label);
  const at = param === 'model' ? 'model' : 'prompt.version';
  if (number === undefined) {
    const known = Object.entries(labels).map(([each, to]) => `${each} (${to})`);
    const there = known.length > 0 ? `Its labels are ${known.join(', ')}` : 'It has no labels';
    throw missing(
      at,
      `The prompt ${name} has no label ${label}. ${there}; its versions are 1 to ${latest_version}.`,
    );
  }
  const version = registry.find('prompt_version', `${prompt.id}@${number}`);
  if (!version) {
    throw missing(
      at,
      `The prompt ${name} has no version ${number}. Its versions are 1 to ${latest_version}.`,
    );
  }
  return { prompt, version, label: label ?? '' };
}

/** The label that decides; undefined where a number does, or nothing. */
function toLabel(wish: string | undefined, labels: Record<string, number>): string | undefined {
  if (wish === undefined) return findLabel(labels, DEFAULT_LABEL) === undefined ? undefined : DEFAULT_LABEL;
  return /^\d{1,9}$/.test(wish) ? undefined : wish;
}

function findLabel(labels: Record<string, number>, label: string): number | undefined {
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}

function unknownPrompt(registry: RegistryView, project_id: string, wanted: string, param: string): AppError {
  const names = registry
    .list('prompt')
    .filter((entry) => entry.project_id === project_id && entry.body.status === 'active')
    .map((entry) => entry.body.name)
    .toSorted();
  const more = names.length > SHOWN_NAMES ? ' and others' : '';
  const there =
    names.length > 0
      ? `There are: ${names.slice(0, SHOWN_NAMES).join(', ')}${more}.`
      : 'It has no prompts yet.';
  return missing(param, `This project has no prompt ${JSON.stringify(wanted.slice(0, 100))}. ${there}`);
}

const missing = (param: string, message: string): AppError => new AppError('not_found', message, { param });
