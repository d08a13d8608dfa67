/** Calls of our own rooms: believed with a hop token, and what they say reaches nobody without one. */
import { uuidv7 } from 'uuidv7';
import { expect, it } from 'vitest';
import {
  HOP_HEADER,
  KEY_HEADER,
  PROJECT_HEADER,
  PROMPT_HEADER,
  PURPOSE_HEADER,
  type Room,
  signHop,
} from '../../../collector/keys/derive.ts';
import { chat, take } from './client.ts';
import { createRegistry, KEY, PROVIDER_KEY, SECRET, startGateway, startUpstream } from './kit.ts';
import { addPrompt } from './prompts.ts';

const PROMPT_ID = `pmpt_${uuidv7()}`;

async function start() {
  const seen: NodeJS.Dict<string | string[]>[] = [];
  const upstream = await startUpstream((request, response) => {
    seen.push(request.headers);
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const registry = createRegistry();
  addPrompt(registry, { id: PROMPT_ID, name: 'greeting' });
  const gateway = await startGateway(upstream, { registry });
  const send = (headers: Record<string, string>) =>
    take(`${gateway.url}/v1/chat/completions`, { body: chat(), headers });
  return { gateway, seen, send };
}

const hop = (from: Room, to: Room = 'gateway') => ({ [HOP_HEADER]: signHop(SECRET, from, to) });
const project = { [PROJECT_HEADER]: 'proj_1' };

it.each(['evals', 'console'] as const)('%s asks for a project, and says why', async (room) => {
  const { gateway, seen, send } = await start();
  const claim = { [PURPOSE_HEADER]: 'judge', [PROMPT_HEADER]: `${PROMPT_ID}@7` };
  const answer = await send({ ...hop(room), ...project, ...claim, 'x-session-id': 's' });
  expect(answer.status).toBe(200);
  expect(answer.headers['x-sekisho-span-id']).toMatch(/^[0-9a-f]{16}$/);
  expect(seen[0]?.['authorization']).toBe(`Bearer ${PROVIDER_KEY}`);
  expect(Object.keys(seen[0] ?? {}).filter((name) => name.startsWith('x-sekisho-'))).toEqual([]);
  const [call] = await gateway.calls();
  expect(call?.open).toMatchObject({
    project_id: 'proj_1',
    key_id: `room:${room}`,
    purpose: 'judge',
    span_id: answer.headers['x-sekisho-span-id'],
    headers: { 'x-session-id': 's' },
    prompt: { id: PROMPT_ID, name: 'greeting', version: 7, label: '', variables: {} },
  });
  expect(JSON.stringify(call?.open.headers)).not.toContain('sekisho');
});

it.each([
  ['of another room', hop('collector')],
  ['for another room', hop('evals', 'console')],
  ['made up', { [HOP_HEADER]: 'evals>gateway.9999999999.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }],
  ['missing', {}],
])('without a token of theirs nobody is a room: %s', async (_name, token) => {
  const { gateway, seen, send } = await start();
  const claim = {
    ...project,
    [KEY_HEADER]: 'key_2',
    [PURPOSE_HEADER]: 'judge',
    [PROMPT_HEADER]: `${PROMPT_ID}@7`,
  };
  expect((await send({ ...token, ...claim })).status).toBe(401);
  const answer = await send({
    ...token,
    ...claim,
    authorization: `Bearer ${KEY}`,
    [PROJECT_HEADER]: 'proj_2',
  });
  expect(answer.status).toBe(200);
  expect(answer.headers['x-sekisho-span-id']).toBeUndefined();
  expect(Object.keys(seen[0] ?? {}).filter((name) => name.startsWith('x-sekisho-'))).toEqual([]);
  const call = (await gateway.calls()).find(({ open }) => open.project_id !== '_rejected');
  expect(call?.open).toMatchObject({ project_id: 'proj_1', key_id: 'key_1' });
  expect(call?.open.purpose).toBeUndefined();
  expect(call?.open.prompt).toBeUndefined();
});

it('a room that names no active project is refused', async () => {
  const { send } = await start();
  expect((await send(hop('evals'))).status).toBe(404);
  expect((await send({ ...hop('evals'), [PROJECT_HEADER]: 'proj_gone' })).status).toBe(404);
});

it.each(['Judge!', `${PROMPT_ID}@latest`, 'x'.repeat(40)])(
  'what is no purpose and no prompt is left out: %s',
  async (text) => {
    const { gateway, send } = await start();
    await send({ ...hop('console'), ...project, [PURPOSE_HEADER]: text, [PROMPT_HEADER]: text });
    const [call] = await gateway.calls();
    expect([call?.open.purpose, call?.open.prompt]).toEqual([undefined, undefined]);
  },
);
