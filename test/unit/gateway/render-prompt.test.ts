/** What a version's parameters and variables become in a call, in the words of either API. */
import { describe, expect, it } from 'vitest';
import type { RegistryView } from '../../../collector/registry/view.ts';
import type { Api } from '../../../gateway/prompts/render.ts';
import { resolvePrompt } from '../../../gateway/steps/resolve-prompt.ts';
import { createRegistry } from './kit.ts';
import { addPrompt } from './prompts.ts';

type Body = Record<string, unknown> & { messages?: { content: unknown }[]; input?: { content: unknown }[] };

function resolve(body: object, api: Api, view: RegistryView) {
  const resolved = resolvePrompt(view, 'proj_1', api, Buffer.from(JSON.stringify(body)));
  if (!resolved) throw new Error('it was not resolved');
  return { prompt: resolved.prompt, body: JSON.parse(resolved.body.toString()) as Body };
}

describe('parameters', () => {
  const params = {
    temperature: 0.2,
    top_p: 0.9,
    max_output_tokens: 50,
    reasoning_effort: 'low',
    response_format: {
      type: 'json_schema',
      json_schema: { name: 's', schema: { type: 'object' }, strict: true },
    },
    tools: [{ type: 'function', function: { name: 'f', parameters: {} } }, { type: 'web_search' }],
  };
  const view = createRegistry();
  addPrompt(view, { name: 'p', versions: [{ params }] });
  const body = (own: object, api: Api) => {
    const {
      input: _input,
      messages: _messages,
      model: _model,
      ...rest
    } = resolve({ model: 'prompt:p', ...own }, api, view).body;
    return rest;
  };

  it('are said in the words of chat', () => {
    const { max_output_tokens, ...same } = params;
    expect(body({}, 'chat')).toEqual({ ...same, max_completion_tokens: max_output_tokens });
    expect(body({ max_tokens: 9 }, 'chat')).toEqual({ ...same, max_tokens: 9 });
  });

  it('are said in the words of responses', () => {
    expect(body({}, 'responses')).toEqual({
      temperature: 0.2,
      top_p: 0.9,
      max_output_tokens: 50,
      reasoning: { effort: 'low' },
      text: { format: { type: 'json_schema', name: 's', schema: { type: 'object' }, strict: true } },
      tools: [{ type: 'function', strict: false, name: 'f', parameters: {} }, { type: 'web_search' }],
    });
  });

  it('give way to the caller’s', () => {
    const own = {
      temperature: 1,
      top_p: 1,
      max_completion_tokens: 1,
      reasoning_effort: 'high',
      response_format: { type: 'text' },
      tools: [],
    };
    expect(body(own, 'chat')).toEqual(own);
    const said = {
      temperature: 1,
      top_p: 1,
      max_output_tokens: 1,
      reasoning: { effort: 'high' },
      text: { format: { type: 'text' } },
      tools: [],
    };
    expect(body(said, 'responses')).toEqual(said);
    expect(body({ reasoning: { summary: 'auto' }, text: { verbosity: 'low' } }, 'responses')).toMatchObject({
      reasoning: { summary: 'auto', effort: 'low' },
      text: { verbosity: 'low', format: { type: 'json_schema' } },
    });
  });
});

describe('variables', () => {
  const image = { type: 'input_image', image_url: 'data:image/png;base64,QUJD', detail: 'low' };
  const file = { type: 'input_file', file_data: 'QUJD', filename: 'a.pdf' };
  const view = createRegistry();
  addPrompt(view, {
    name: 'v',
    versions: [{ messages: [{ role: 'user', content: 'See {{a}} and {{b}}.' }] }],
  });
  const content = (variables: object, api: Api) => {
    const { body } = resolve({ model: 'prompt:v', prompt_variables: variables }, api, view);
    return (api === 'chat' ? body.messages : body.input)?.[0]?.content;
  };

  it('may be pictures and files, each at its place', () => {
    const variables = { a: image, b: file };
    expect(content(variables, 'responses')).toEqual([
      { type: 'input_text', text: 'See ' },
      image,
      { type: 'input_text', text: ' and ' },
      file,
      { type: 'input_text', text: '.' },
    ]);
    expect(content(variables, 'chat')).toEqual([
      { type: 'text', text: 'See ' },
      { type: 'image_url', image_url: { url: image.image_url, detail: 'low' } },
      { type: 'text', text: ' and ' },
      { type: 'file', file: { file_data: 'QUJD', filename: 'a.pdf' } },
      { type: 'text', text: '.' },
    ]);
  });

  it('that are texts in whatever form make a text', () => {
    expect(content({ a: { type: 'input_text', text: 'x' }, b: 7 }, 'responses')).toBe('See x and 7.');
  });

  it('are recorded as texts, the long ones cut', () => {
    const variables = { a: { ...image, image_url: `data:${'x'.repeat(9000)}` }, b: '長'.repeat(9000) };
    const recorded = resolve({ model: 'prompt:v', prompt_variables: variables }, 'chat', view).prompt
      .variables;
    expect(recorded['a']).toMatch(/^\{"type":"input_image","image_url":"data:x{100,200}…"/);
    expect(recorded['b']).toHaveLength(4096);
  });

  it.each([
    [{ a: 'x' }, 'prompt_variables', 'takes the variables a, b: there is no value for b'],
    [{ a: 'x', b: 'y', c: 'z' }, 'prompt_variables', 'nothing takes c'],
    [{ a: 'x', b: null }, 'prompt_variables.b', 'must be a string'],
    [{ a: 'x', b: { type: 'input_audio' } }, 'prompt_variables.b', 'must be a string'],
    [['a'], 'prompt_variables', 'must be an object'],
  ])('that do not fit are named: %j', (variables, param, message) => {
    const attempt = () => resolve({ model: 'prompt:v', prompt_variables: variables }, 'chat', view);
    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid_body', param }));
    expect(attempt).toThrow(message);
  });

  it('that are named too often for one request are refused', () => {
    addPrompt(view, {
      name: 'r',
      versions: [{ messages: [{ role: 'user', content: '{{a}}'.repeat(20_000) }] }],
    });
    const ask = { model: 'prompt:r', prompt_variables: { a: 'x'.repeat(5_000) } };
    expect(() => resolve(ask, 'chat', view)).toThrow('too long once its variables are filled in');
  });

  it('cannot reach what every object has', () => {
    addPrompt(view, { name: 'c', versions: [{ messages: [{ role: 'user', content: '{{constructor}}' }] }] });
    expect(() => resolve({ model: 'prompt:c' }, 'chat', view)).toThrow('there is no value for constructor');
  });
});
