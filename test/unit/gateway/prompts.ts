/** Prompts in a registry view, as the console would have put them there. */
import { uuidv7 } from 'uuidv7';
import type { PromptContent } from '../../../collector/record/prompt.ts';
import type { RegistryBody, RegistryKind } from '../../../collector/record/registry.ts';
import type { RegistryView } from '../../../collector/registry/view.ts';

type PromptOptions = {
  id?: string;
  name: string;
  project_id?: string;
  labels?: Record<string, number>;
  status?: 'active' | 'archived';
  /** The versions, from 1 on. */
  versions?: Partial<PromptContent>[];
};

/** Puts the next revision of an object into `view`. */
export function put<K extends RegistryKind>(
  view: RegistryView,
  kind: K,
  id: string,
  body: RegistryBody<K>,
  project_id = 'proj_1',
): void {
  const revision = (view.find(kind, id)?.revision ?? 0) + 1;
  view.apply([
    {
      seq: view.seq + 1,
      revision,
      kind,
      id,
      project_id,
      body,
      actor: 'system',
      reason: 'test',
      at: '2026-01-01T00:00:00Z',
      prev_hash: '',
    } as Parameters<RegistryView['apply']>[0][number],
  ]);
}

/** A prompt with its versions; returns its id. */
export function addPrompt(view: RegistryView, options: PromptOptions): string {
  const { id = `pmpt_${uuidv7()}`, name, project_id, labels = {}, status = 'active' } = options;
  const versions = options.versions ?? [{}];
  versions.forEach((content, index) => {
    const version = index + 1;
    put(
      view,
      'prompt_version',
      `${id}@${version}`,
      {
        messages: [{ role: 'user', content: `Hello from version ${version}` }],
        model: 'gpt-4o-mini',
        params: {},
        ...content,
        prompt_id: id,
        version,
        note: '',
      },
      project_id,
    );
  });
  put(
    view,
    'prompt',
    id,
    { name, description: '', labels, latest_version: versions.length, status },
    project_id,
  );
  return id;
}
