/** What a run asks, in either API, and how it reads the answer. */
import { describe, expect, it } from 'vitest';
import { runDataSource } from '../../../collector/record/eval.ts';
import { createRegistryView } from '../../../collector/registry/view.ts';
import type { GatewayClient, ModelQuestion } from '../../../evals/gateway-client.ts';
import type { RunItem } from '../../../evals/runs/items.ts';
import type { Generation } from '../../../evals/runs/run.ts';
import { generateSample } from '../../../evals/runs/sample.ts';

const { signal } = new AbortController();
const CHAT = {
  model: 'm-2026',
  choices: [{ message: { content: '{"city":"Tokyo"}' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 7, completion_tokens: 4 },
};
const RESPONSE = {
  model: 'm-2026',
  status: 'incomplete',
  incomplete_details: { reason: 'max_output_tokens' },
  output: [
    { type: 'reasoning', summary: [] },
    {
      type: 'message',
      content: [
        { type: 'output_text', text: 'To' },
        { type: 'output_text', text: 'kyo' },
      ],
    },
    { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{"x":1}' },
  ],
  usage: { input_tokens: 9, output_tokens: 5 },
};

async function ask(source: object, item: object, answer: { status: number; body: unknown }) {
  const asked: ModelQuestion[] = [];
  const gateway: GatewayClient = {
    ask: (question) => {
      asked.push(question);
      return Promise.resolve({ ...answer, trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) });
    },
    open: () => Promise.reject(new Error('not asked for')),
  };
  const parsed = runDataSource.parse({
    source: { type: 'file_content', content: [] },
    ...source,
  }) as Generation;
  const placed: RunItem = { key: 'k', item: item as RunItem['item'], sample: {}, trace_id: '', span_id: '' };
  const registry = createRegistryView();
  const sample = await generateSample(parsed, placed, { gateway, registry, project_id: 'p', signal });
  return { sample, path: asked[0]?.path, body: asked[0]?.body as Record<string, unknown> };
}

const chat = { type: 'completions', model: 'm' };
const responses = { type: 'responses', model: 'm' };
const tool = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } };

describe('by chat completions', () => {
  it('asks the template’s messages, and reads text, JSON, tokens and the call', async () => {
    const input_messages = {
      type: 'template',
      template: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: { type: 'input_text', text: 'Capital of {{item.c}}?' } },
      ],
    };
    const sampling_params = { temperature: 0, max_completions_tokens: 9, seed: 3, top_p: null };
    const { sample, path, body } = await ask(
      { ...chat, input_messages, sampling_params },
      { c: 'Japan' },
      { status: 200, body: CHAT },
    );
    expect(path).toBe('/v1/chat/completions');
    expect(body).toEqual({
      model: 'm',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'Capital of Japan?' },
      ],
      temperature: 0,
      seed: 3,
      max_completion_tokens: 9,
    });
    expect(sample).toMatchObject({
      output_text: '{"city":"Tokyo"}',
      scope: { output_json: { city: 'Tokyo' }, output_tools: [], finish_reason: 'stop' },
      model: 'm-2026',
      input_tokens: 7,
      output_tokens: 4,
      trace_id: 'a'.repeat(32),
      input: body['messages'],
    });
  });

  it('asks what a logged call asked, with its tools', async () => {
    const messages = [{ role: 'user', content: 'hi' }];
    const { body } = await ask(chat, { messages, tools: [tool], input: 'hi' }, { status: 200, body: CHAT });
    expect(body).toEqual({ model: 'm', messages, tools: [tool] });
  });

  it('asks an input as one user message, and says where there is none', async () => {
    const { body } = await ask(chat, { input: 'hi' }, { status: 200, body: CHAT });
    expect(body['messages']).toEqual([{ role: 'user', content: 'hi' }]);
    await expect(ask(chat, { q: 'hi' }, { status: 200, body: CHAT })).rejects.toThrow(
      'no messages in {{item.input}}',
    );
  });

  it('names a prompt with its variables, and adds no messages to one that takes them', async () => {
    const prompt = { id: 'p', version: '2', variables: { q: '{{item.input}}!' } };
    const { body } = await ask(
      { ...chat, model: undefined, prompt },
      { input: 'hi' },
      { status: 200, body: CHAT },
    );
    expect(body).toEqual({ prompt: { id: 'p', version: '2', variables: { q: 'hi!' } } });
    const messages = [
      { role: 'system', content: 'old' },
      { role: 'user', content: 'hi' },
    ];
    const plain = await ask({ ...chat, model: 'prompt:p' }, { messages }, { status: 200, body: CHAT });
    expect(plain.body).toEqual({ model: 'prompt:p', prompt: { variables: {} }, messages: messages.slice(1) });
  });

  it('passes on why it was refused', async () => {
    const refused = ask(chat, { input: 'hi' }, { status: 404, body: { error: { message: 'no model m' } } });
    await expect(refused).rejects.toThrow('m answered 404: no model m');
    await expect(ask(chat, { input: 'hi' }, { status: 200, body: '<html>' })).rejects.toThrow(
      'could be read',
    );
  });
});

describe('by responses', () => {
  it('asks in its words, and reads its shape', async () => {
    const json_schema = { name: 's', schema: { type: 'object' } };
    const sampling_params = {
      max_completion_tokens: 9,
      seed: 3,
      reasoning_effort: 'low',
      tools: [tool],
      response_format: { type: 'json_schema', json_schema },
    };
    const { sample, path, body } = await ask(
      { ...responses, sampling_params },
      { input: 'hi' },
      { status: 200, body: RESPONSE },
    );
    expect(path).toBe('/v1/responses');
    expect(body).toEqual({
      model: 'm',
      input: [{ role: 'user', content: 'hi' }],
      store: false,
      max_output_tokens: 9,
      reasoning: { effort: 'low' },
      tools: [{ type: 'function', strict: false, name: 'look', parameters: { type: 'object' } }],
      text: { format: { type: 'json_schema', ...json_schema } },
    });
    expect(sample).toMatchObject({
      output_text: 'Tokyo',
      finish_reason: 'max_output_tokens',
      scope: {
        output_tools: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"x":1}' } }],
      },
      input_tokens: 9,
      output_tokens: 5,
    });
  });
});
