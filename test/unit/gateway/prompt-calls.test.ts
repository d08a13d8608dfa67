/** Calls that name a managed prompt, on the road: what goes up, what is recorded, and whom it does not concern. */
import { expect, it } from 'vitest';
import { take } from './client.ts';
import { createRegistry, startGateway, startUpstream, bodyOf, TOKEN } from './kit.ts';
import { addPrompt } from './prompts.ts';

type Json = Record<string, unknown>;

async function start(options: Parameters<typeof startGateway>[1] = {}) {
  const asked: { path: string; body: Json }[] = [];
  const upstream = await startUpstream(async (request, response) => {
    asked.push({ path: request.url ?? '', body: JSON.parse((await bodyOf(request)).toString()) as Json });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const registry = createRegistry();
  const id = addPrompt(registry, {
    name: 'greeting',
    labels: { production: 1 },
    versions: [{ messages: [{ role: 'user', content: 'Hello, {{name}}!' }] }],
  });
  const gateway = await startGateway(upstream, { registry, ...options });
  const send = (path: string, body: Json, headers?: Record<string, string>) =>
    take(gateway.url + path, { body: JSON.stringify(body), ...(headers ? { headers } : {}) });
  return { gateway, asked, send, id };
}

const CHAT = '/v1/chat/completions';
const byName = { model: 'prompt:greeting', prompt_variables: { name: '関' } };
const RENDERED = [{ role: 'user', content: 'Hello, 関!' }];

it('go up rendered, and are recorded so, with what was filled in', async () => {
  const { gateway, asked, send, id } = await start();
  expect((await send(CHAT, { ...byName, stream: true })).status).toBe(200);
  expect(asked[0]?.body).toEqual({
    stream: true,
    stream_options: { include_usage: true },
    model: 'gpt-4o-mini',
    messages: RENDERED,
  });
  const [call] = await gateway.calls();
  expect(call?.open).toMatchObject({
    model: 'gpt-4o-mini',
    stream: true,
    usage_injected: true,
    prompt: { id, name: 'greeting', version: 1, label: 'production', variables: { name: '関' } },
  });
  const { stream_options: _ours, ...sent } = asked[0]?.body ?? {};
  expect(JSON.parse(call?.request.toString() ?? '')).toEqual(sent);
});

it('are found in a body of any size', async () => {
  const { asked, send, id } = await start();
  const messages = [{ role: 'user', content: 'x'.repeat(100_000) }];
  await send(CHAT, { ...byName, messages });
  await send('/v1/responses', { prompt: { id, variables: { name: '関' } }, input: messages });
  expect(asked[0]?.body['messages']).toEqual([...RENDERED, ...messages]);
  expect(asked[1]?.body['input']).toEqual([{ type: 'message', ...RENDERED[0] }, ...messages]);
});

it('that are wrong are told so and recorded, and nothing goes up', async () => {
  const { gateway, asked, send } = await start();
  const answer = await send(CHAT, { model: 'prompt:greeting' });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text)).toMatchObject({
    error: { code: 'invalid_body', type: 'invalid_request_error', param: 'prompt_variables' },
  });
  expect((await send(CHAT, { model: 'prompt:nobody' })).status).toBe(404);
  expect(asked).toEqual([]);
  const calls = await gateway.calls();
  expect(calls.map(({ open, close }) => [open.model, close?.error_type])).toEqual([
    ['prompt:greeting', 'invalid_body'],
    ['prompt:nobody', 'not_found'],
  ]);
  expect(calls[0]?.request.toString()).toBe('{"model":"prompt:greeting"}');
});

it('leave no values behind where only metadata is kept', async () => {
  const { gateway, send } = await start({ mode: 'metadata' });
  await send(CHAT, byName);
  const [call] = await gateway.calls();
  expect(call?.open.prompt).toMatchObject({ name: 'greeting', version: 1, variables: {} });
  expect(call?.request).toHaveLength(0);
});

it.each([
  ['of an app with its own key', `/k/${TOKEN}${CHAT}`, byName, { authorization: 'Bearer sk-app' }],
  ['on another path', '/v1/completions', { model: 'm', prompt: { id: 'greeting' } }, undefined],
  [
    'of the provider’s own prompt',
    '/v1/responses',
    { prompt: { id: 'pmpt_68abc', version: '2' }, input: 'x' },
    undefined,
  ],
  [
    'without a prompt',
    CHAT,
    { model: 'm', messages: [{ role: 'user', content: 'prompt:greeting' }] },
    undefined,
  ],
])('%s pass untouched', async (_name, path, body, headers) => {
  const { gateway, asked, send } = await start();
  expect((await send(path, body, headers)).status).toBe(200);
  expect(asked[0]?.body).toEqual(body);
  const [call] = await gateway.calls();
  expect(call?.open.prompt).toBeUndefined();
  expect(call?.request.toString()).toBe(JSON.stringify(body));
});
