/** What a call that names a prompt becomes, and what it is told when it names it wrongly. */
import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';
import type { PromptContent } from '../../../collector/record/prompt.ts';
import type { Api } from '../../../gateway/prompts/render.ts';
import { resolvePrompt } from '../../../gateway/steps/resolve-prompt.ts';
import { createRegistry } from './kit.ts';
import { addPrompt, put } from './prompts.ts';

const ID = `pmpt_${uuidv7()}`;
const REPLY: Partial<PromptContent> = {
  messages: [
    { role: 'system', content: 'You answer for {{shop.name}}.' },
    { role: 'user', content: '{{ question }} ({{question}})' },
  ],
  model: 'gpt-4o-mini',
};
const VARIABLES = { 'shop.name': '関所', question: 'Where? {{shop.name}}' };

function createView() {
  const view = createRegistry();
  addPrompt(view, {
    id: ID,
    name: 'reply',
    labels: { production: 2, canary: 3 },
    versions: [{}, REPLY, { ...REPLY, model: '' }],
  });
  addPrompt(view, { name: 'plain', versions: [{}, {}] });
  addPrompt(view, { name: 'old', status: 'archived' });
  addPrompt(view, { name: 'theirs', project_id: 'proj_2' });
  return view;
}

function resolve(body: object, api: Api = 'responses', view = createView()) {
  const resolved = resolvePrompt(view, 'proj_1', api, Buffer.from(JSON.stringify(body)));
  return (
    resolved && {
      prompt: resolved.prompt,
      body: JSON.parse(resolved.body.toString()) as Record<string, unknown>,
    }
  );
}

const refusal = (body: object, api?: Api): { code: string; param: string; message: string } => {
  try {
    resolve(body, api);
  } catch (error) {
    return error as never;
  }
  throw new Error('it was not refused');
};

const RENDERED = [
  { role: 'system', content: 'You answer for 関所.' },
  { role: 'user', content: 'Where? {{shop.name}} (Where? {{shop.name}})' },
];

describe('a prompt', () => {
  it('comes before what the caller adds, in the words of responses', () => {
    const prompt = { id: ID, variables: VARIABLES };
    expect(resolve({ prompt, input: 'And now?', store: false })).toEqual({
      prompt: { id: ID, name: 'reply', version: 2, label: 'production', variables: VARIABLES },
      body: {
        model: 'gpt-4o-mini',
        store: false,
        input: [
          ...RENDERED.map((message) => ({ type: 'message', ...message })),
          { type: 'message', role: 'user', content: 'And now?' },
        ],
      },
    });
  });

  it('comes before what the caller adds, in the words of chat', () => {
    const own = { role: 'user', content: 'And now?' };
    expect(
      resolve({ model: 'prompt:reply', prompt_variables: VARIABLES, messages: [own] }, 'chat')?.body,
    ).toEqual({
      model: 'gpt-4o-mini',
      messages: [...RENDERED, own],
    });
    expect(resolve({ prompt: { id: 'reply', variables: VARIABLES } }, 'chat')?.body['messages']).toEqual(
      RENDERED,
    );
  });

  it.each([
    [{ id: ID, version: '1' }, 1, ''],
    [{ id: ID, version: 1 }, 1, ''],
    [{ id: 'reply', version: 'production', variables: VARIABLES }, 2, 'production'],
    [{ id: 'reply', version: null, variables: VARIABLES }, 2, 'production'],
    [{ id: 'plain' }, 2, ''],
  ])('is found by id or name, number or label: %j', (prompt, version, label) => {
    expect(resolve({ prompt })?.prompt).toMatchObject({ version, label });
  });

  it.each([
    ['prompt:plain', 2, ''],
    ['prompt:plain@1', 1, ''],
    [`prompt:${ID}@1`, 1, ''],
  ])('is found in the place of a model: %s', (model, version, label) => {
    for (const api of ['chat', 'responses'] as const) {
      expect(resolve({ model }, api)).toMatchObject({
        prompt: { version, label },
        body: { model: 'gpt-4o-mini' },
      });
    }
  });

  it('takes a label that moves at once', () => {
    const view = createView();
    const entry = view.find('prompt', ID);
    if (!entry) throw new Error('no prompt');
    put(view, 'prompt', ID, { ...entry.body, labels: { production: 1 } });
    expect(resolve({ prompt: { id: ID } }, 'responses', view)?.prompt).toMatchObject({
      version: 1,
      label: 'production',
    });
  });

  it('leaves the caller’s model alone, and takes it where the version has none', () => {
    expect(resolve({ prompt: { id: 'plain' }, model: 'o9' })?.body['model']).toBe('o9');
    expect(
      resolve({ prompt: { id: ID, version: 'canary', variables: VARIABLES }, model: 'o9' })?.body['model'],
    ).toBe('o9');
    const error = refusal({ prompt: { id: ID, version: 'canary', variables: VARIABLES } });
    expect(error).toMatchObject({ code: 'invalid_body', param: 'model' });
  });

  it('that nobody here knows may be the provider’s own', () => {
    expect(resolve({ prompt: { id: 'pmpt_68abc', variables: { a: 1 } }, model: 'm' })).toBeUndefined();
    expect(resolve({ prompt: { id: 'theirs' } })).toBeUndefined();
    expect(resolve({ prompt: { variables: {} } })).toBeUndefined();
  });
});

describe('a call that names it wrongly', () => {
  it.each([
    [{ model: 'prompt:nobody' }, 'responses', 'not_found', 'model', 'There are: plain, reply.'],
    [{ model: 'prompt:theirs' }, 'chat', 'not_found', 'model', 'no prompt "theirs"'],
    [{ prompt: { id: `pmpt_${uuidv7()}` } }, 'responses', 'not_found', 'prompt.id', 'has no prompt'],
    [{ prompt: { id: 'nobody' } }, 'chat', 'not_found', 'prompt.id', 'no prompt "nobody"'],
    [{ prompt: {} }, 'chat', 'invalid_body', 'prompt.id', 'must name a prompt'],
    [{ prompt: { id: 'old' } }, 'responses', 'not_found', 'prompt.id', 'is archived'],
    [
      { prompt: { id: ID, version: '9' } },
      'responses',
      'not_found',
      'prompt.version',
      'no version 9. Its versions are 1 to 3',
    ],
    [
      { prompt: { id: ID, version: 'beta' } },
      'responses',
      'not_found',
      'prompt.version',
      'Its labels are production (2), canary (3)',
    ],
    [
      { model: 'prompt:plain@beta' },
      'chat',
      'not_found',
      'model',
      'It has no labels; its versions are 1 to 2',
    ],
    [{ model: 'prompt:plain@' }, 'chat', 'not_found', 'model', 'no label'],
    [{ prompt: { id: ID, version: [] } }, 'responses', 'invalid_body', 'prompt.version', 'must be a string'],
    [{ model: 'prompt:plain', prompt: { id: ID } }, 'chat', 'invalid_body', 'prompt.id', 'Two prompts'],
  ] as const)('%j on %s', (body, api, code, param, message) => {
    const error = refusal(body, api);
    expect(error).toMatchObject({ code, param });
    expect(error.message).toContain(message);
  });
});
