/** Which prompt a name means: the active one; an archived one only while nobody else has the name. */
import { expect, it } from 'vitest';
import { createRegistryView, type RegistryView } from '../../../collector/registry/view.ts';
import { addPrompt, put } from '../gateway/prompts.ts';

const NAME = 'greeting';
const idOf = (view: RegistryView, project = 'proj_1') => view.findPromptByName(project, NAME)?.id;

function setStatus(view: RegistryView, id: string, status: 'active' | 'archived'): void {
  const entry = view.find('prompt', id);
  if (entry) put(view, 'prompt', id, { ...entry.body, status }, entry.project_id);
}

it('is of its own project, and as new as the newest revision', () => {
  const view = createRegistryView();
  const id = addPrompt(view, { name: NAME });
  const other = addPrompt(view, { name: NAME, project_id: 'proj_2' });
  expect([idOf(view), idOf(view, 'proj_2'), idOf(view, 'proj_3')]).toEqual([id, other, undefined]);
  setStatus(view, id, 'archived');
  expect(view.findPromptByName('proj_1', NAME)?.body.status).toBe('archived');
});

it('goes to a new prompt once the old one is archived, and back', () => {
  const view = createRegistryView();
  const old = addPrompt(view, { name: NAME });
  setStatus(view, old, 'archived');
  const young = addPrompt(view, { name: NAME });
  expect(idOf(view)).toBe(young);
  // what happens to the archived one is of no matter
  setStatus(view, old, 'archived');
  expect(idOf(view)).toBe(young);
  setStatus(view, young, 'archived');
  setStatus(view, old, 'active');
  expect(idOf(view)).toBe(old);
});

it('is the same after everything was loaded anew, in whatever order', () => {
  const view = createRegistryView();
  const old = addPrompt(view, { name: NAME });
  setStatus(view, old, 'archived');
  const young = addPrompt(view, { name: NAME });
  const snapshot = view.toSnapshot();
  for (const entries of [snapshot.entries, snapshot.entries.toReversed()]) {
    const loaded = createRegistryView();
    addPrompt(loaded, { name: NAME, id: 'pmpt_gone' });
    loaded.load({ ...snapshot, entries });
    expect(idOf(loaded)).toBe(young);
  }
});
