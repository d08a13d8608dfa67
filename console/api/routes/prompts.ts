/** Prompts and their versions. A version never changes; a label moves. */
import { uuidv7 } from 'uuidv7';
import { AppError } from '../../../errors.ts';
import { findVariables } from '../../../collector/record/template.ts';
import type { Registry } from '../../../collector/registry/store.ts';
import type { RegistryEntry } from '../../../collector/registry/view.ts';
import * as contract from '../../contract/prompts.ts';
import { defineEndpoint } from '../endpoint.ts';
import { getOwn, listOwn, reviseObject, toActorName, toUnix } from '../managed/object.ts';
import { toPage } from '../managed/page-of.ts';

type Prompt = RegistryEntry<'prompt'>;
type Version = RegistryEntry<'prompt_version'>;

const VERSION_LIMIT = 10_000;

/** By id, or by the name of an active prompt. @throws AppError not_found */
export function getPromptEntry(registry: Registry, project_id: string, id_or_name: string): Prompt {
  const byName = listOwn(registry, 'prompt', project_id).find(
    ({ body }) => body.name === id_or_name && body.status === 'active',
  );
  return byName ?? getOwn(registry, 'prompt', id_or_name, project_id);
}

function toObject({ id, body, revision, created_at, updated_at }: Prompt): contract.PromptObject {
  const times = { created_at: toUnix(created_at), updated_at: toUnix(updated_at) };
  return { object: 'prompt', id, ...body, revision, ...times };
}

function toVersion(registry: Registry, prompt: Prompt, entry: Version): contract.PromptVersion {
  const { body } = entry;
  return {
    object: 'prompt.version',
    id: entry.id,
    ...body,
    variables: findVariables(...body.messages.map(({ content }) => content)),
    labels: labelsOf(prompt, body.version),
    created_by: toActorName(registry, entry.created_by),
    created_at: toUnix(entry.created_at),
  };
}

const labelsOf = (prompt: Prompt, version: number): string[] =>
  Object.keys(prompt.body.labels).filter((name) => prompt.body.labels[name] === version);

const versionId = (prompt_id: string, version: number): string => `${prompt_id}@${version}`;

function getVersion(registry: Registry, prompt: Prompt, version_or_label: string): Version {
  const version = /^\d+$/.test(version_or_label)
    ? Number(version_or_label)
    : Object.hasOwn(prompt.body.labels, version_or_label)
      ? prompt.body.labels[version_or_label]
      : undefined;
  const entry = version && registry.view.find('prompt_version', versionId(prompt.id, version));
  if (!entry) {
    const message = `The prompt ${prompt.body.name} has no version or label "${version_or_label}".`;
    throw new AppError('not_found', message, { param: 'version' });
  }
  return entry;
}

/** @throws AppError already_exists: a name must lead to one prompt, for that is how calls ask for it */
export function refuseTakenName(registry: Registry, project_id: string, name: string, id = ''): void {
  const twin = listOwn(registry, 'prompt', project_id).find(
    ({ body, id: other }) => body.name === name && body.status === 'active' && other !== id,
  );
  if (!twin) return;
  const details = { existing_id: twin.id };
  throw new AppError('already_exists', `There is a prompt ${name} already.`, { param: 'name', details });
}

const listPrompts = defineEndpoint(contract.listPrompts, ({ registry }, { params, query }) => {
  const { name, status } = query;
  const page = toPage(
    listOwn(registry, 'prompt', params.project_id),
    query,
    ({ body }) => (status === 'all' || body.status === status) && (name === undefined || body.name === name),
  );
  return { ...page, data: page.data.map(toObject) };
});

const createPrompt = defineEndpoint(contract.createPrompt, ({ registry }, { params, body, caller }) => {
  const { project_id } = params;
  const { name, description, labels, note, ...content } = body;
  const id = `pmpt_${uuidv7()}`;
  const author = { actor: caller.actor, reason: 'created' };
  const prompt = registry.transaction(() => {
    refuseTakenName(registry, project_id, name);
    const version = { ...content, prompt_id: id, version: 1, note };
    const first = Object.fromEntries(labels.map((each) => [each, 1]));
    const state = { name, description, labels: first, latest_version: 1, status: 'active' } as const;
    registry.append({
      kind: 'prompt_version',
      id: versionId(id, 1),
      project_id,
      body: version,
      ...author,
      expected_revision: 0,
    });
    registry.append({ kind: 'prompt', id, project_id, body: state, ...author, expected_revision: 0 });
    return id;
  });
  return toObject(getOwn(registry, 'prompt', prompt, project_id));
});

const getPrompt = defineEndpoint(contract.getPrompt, ({ registry }, { params }) =>
  toObject(getPromptEntry(registry, params.project_id, params.prompt_id)),
);

const updatePrompt = defineEndpoint(contract.updatePrompt, ({ registry }, { params, body, caller }) => {
  const prompt = getPromptEntry(registry, params.project_id, params.prompt_id);
  const { description, labels = {}, status, expected_revision } = body;
  if (status === 'active') refuseTakenName(registry, params.project_id, prompt.body.name, prompt.id);
  const moved = { ...prompt.body.labels };
  for (const [name, version] of Object.entries(labels)) {
    if (version === null) delete moved[name];
    else moved[name] = getVersion(registry, prompt, String(version)).body.version;
  }
  const change = {
    ...(description === undefined ? {} : { description }),
    ...(status === undefined ? {} : { status }),
    labels: moved,
  };
  const words = Object.entries(labels).map(([name, version]) =>
    version === null ? `label ${name} removed` : `label ${name} moved to version ${version}`,
  );
  if (status && status !== prompt.body.status) words.push(status === 'active' ? 'restored' : 'archived');
  const reason = words.join(', ') || 'changed';
  return toObject(reviseObject(registry, prompt, change, { actor: caller.actor, reason, expected_revision }));
});

const archivePrompt = defineEndpoint(contract.archivePrompt, ({ registry }, { params, caller }) => {
  const prompt = getPromptEntry(registry, params.project_id, params.prompt_id);
  if (prompt.body.status === 'archived') return toObject(prompt);
  const author = { actor: caller.actor, reason: 'archived' };
  return toObject(reviseObject(registry, prompt, { status: 'archived' }, author));
});

const listVersions = defineEndpoint(contract.listPromptVersions, ({ registry }, { params, query }) => {
  const prompt = getPromptEntry(registry, params.project_id, params.prompt_id);
  const numbers = Array.from({ length: prompt.body.latest_version }, (_none, i) => i + 1);
  const versions = numbers.map((version) => getVersion(registry, prompt, String(version)));
  return toPage(
    versions.map((entry) => toVersion(registry, prompt, entry)),
    query,
  );
});

const createVersion = defineEndpoint(
  contract.createPromptVersion,
  ({ registry }, { params, body, caller }) => {
    const { project_id } = params;
    const prompt = getPromptEntry(registry, project_id, params.prompt_id);
    const { labels, note, expected_revision, ...content } = body;
    if (prompt.body.status === 'archived') {
      throw new AppError('invalid_body', 'This prompt is archived; bring it back first.');
    }
    const version = prompt.body.latest_version + 1;
    if (version > VERSION_LIMIT) {
      throw new AppError('invalid_body', `A prompt has at most ${VERSION_LIMIT} versions.`);
    }
    const pointed = { ...prompt.body.labels, ...Object.fromEntries(labels.map((each) => [each, version])) };
    const reason = `published version ${version}${labels.length > 0 ? ` as ${labels.join(', ')}` : ''}`;
    const revised = registry.transaction(() => {
      const change = { latest_version: version, labels: pointed };
      registry.append({
        kind: 'prompt_version',
        id: versionId(prompt.id, version),
        project_id,
        body: { ...content, prompt_id: prompt.id, version, note },
        actor: caller.actor,
        reason,
        expected_revision: 0,
      });
      registry.append({
        kind: 'prompt',
        id: prompt.id,
        project_id,
        body: { ...prompt.body, ...change },
        actor: caller.actor,
        reason,
        expected_revision: expected_revision ?? prompt.revision,
      });
      return prompt.id;
    });
    const now = getOwn(registry, 'prompt', revised, project_id);
    return toVersion(registry, now, getVersion(registry, now, String(version)));
  },
);

const getPromptVersion = defineEndpoint(contract.getPromptVersion, ({ registry }, { params }) => {
  const prompt = getPromptEntry(registry, params.project_id, params.prompt_id);
  return toVersion(registry, prompt, getVersion(registry, prompt, params.version));
});

export const promptEndpoints = [
  listPrompts,
  createPrompt,
  getPrompt,
  updatePrompt,
  archivePrompt,
  listVersions,
  createVersion,
  getPromptVersion,
];
