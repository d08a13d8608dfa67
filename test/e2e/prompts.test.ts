/** Prompts and the audit log, as the page and apps ask for them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOP_HEADER, KEY_HEADER, PROJECT_HEADER, signHop } from '../../collector/keys/derive.ts';
import { startTestConsole, type TestConsole } from '../kit/console.ts';
import { TEST_SECRET } from '../kit/engine.ts';

let room: TestConsole;
beforeAll(async () => {
  room = await startTestConsole();
});
afterAll(() => room.stop());

type Answer = Record<string, unknown> & { id: string; error?: Record<string, unknown> };
const CONTENT = {
  model: 'demo-small',
  messages: [{ role: 'user', content: 'Tell {{who}} about {{what}}.' }],
};

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Answer }> {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await room.ask('admin', `/api/projects/${room.project_id}${path}`, init);
  return { status: response.status, body: (await response.json()) as Answer };
}

/** As the gateway brings what a key asked for. */
async function askByKey(method: string, path: string, body?: unknown, key = 'key_of_an_app') {
  const response = await fetch(`${room.url}/internal/v1${path}`, {
    method,
    headers: {
      [HOP_HEADER]: signHop(TEST_SECRET, 'gateway', 'console'),
      [PROJECT_HEADER]: room.project_id,
      [KEY_HEADER]: key,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

const create = async (name: string, more: object = {}) =>
  (await ask('POST', '/prompts', { ...CONTENT, name, ...more })).body;

describe('a prompt', () => {
  it('has versions that stay as they were, and labels that move', async () => {
    const { id } = await create('greeting', { labels: ['production'], note: 'first' });
    const second = { ...CONTENT, messages: [{ role: 'user', content: 'Now {{when}}' }] };
    const published = await ask('POST', `/prompts/${id}/versions`, { ...second, labels: ['staging'] });
    expect(published).toMatchObject({
      status: 201,
      body: { version: 2, variables: ['when'], labels: ['staging'], created_by: 'admin@example.com' },
    });
    const moved = await ask('POST', `/prompts/${id}`, { labels: { production: 2, staging: null } });
    expect(moved.body).toMatchObject({ labels: { production: 2 }, latest_version: 2 });

    const first = await ask('GET', `/prompts/${id}/versions/1`);
    expect(first.body).toMatchObject({ ...CONTENT, labels: [], note: 'first', variables: ['who', 'what'] });
    const byLabel = await ask('GET', '/prompts/greeting/versions/production');
    expect(byLabel.body).toMatchObject({ version: 2, prompt_id: id });
    const all = await ask('GET', `/prompts/${id}/versions?order=asc&limit=1`);
    expect(all.body).toMatchObject({ has_more: true, data: [{ version: 1 }], last_id: `${id}@1` });
  });

  it('is refused under a name that is taken, and named so', async () => {
    const { id } = await create('taken');
    const twin = await ask('POST', '/prompts', { ...CONTENT, name: 'taken' });
    expect(twin).toMatchObject({
      status: 409,
      body: { error: { code: 'already_exists', param: 'name', existing_id: id } },
    });
    // Archived, its name is free; and then it cannot come back.
    await ask('DELETE', `/prompts/${id}`);
    expect((await ask('POST', '/prompts', { ...CONTENT, name: 'taken' })).status).toBe(201);
    expect((await ask('POST', `/prompts/${id}`, { status: 'active' })).status).toBe(409);
  });

  it('is published once when two people publish from the same state', async () => {
    const { id } = await create('race');
    const version = { ...CONTENT, expected_revision: 1 };
    const answers = await Promise.all([1, 2].map(() => ask('POST', `/prompts/${id}/versions`, version)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    const refused = answers.find(({ status }) => status === 409)?.body.error;
    expect(refused).toMatchObject({ code: 'revision_conflict', current_revision: 2 });
    expect((await ask('GET', `/prompts/${id}`)).body).toMatchObject({ latest_version: 2, revision: 2 });
    // The loser left no version behind.
    expect((await ask('GET', `/prompts/${id}/versions/3`)).status).toBe(404);
  });

  it.each([
    ['a name with spaces', { ...CONTENT, name: 'two words' }, 'name'],
    ['no message', { ...CONTENT, name: 'empty', messages: [] }, 'messages'],
    ['a role nobody knows', { name: 'role', messages: [{ role: 'robot', content: '' }] }, 'messages.0.role'],
    ['a label of digits', { ...CONTENT, name: 'label', labels: ['12'] }, 'labels.0'],
    ['a wrong parameter', { ...CONTENT, name: 'params', params: { temperature: 9 } }, 'params.temperature'],
  ])('is refused with %s, and told why', async (_what, body, param) => {
    expect(await ask('POST', '/prompts', body)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_body', param } },
    });
  });

  it('has no label that points at nothing', async () => {
    const { id } = await create('pointing');
    expect(await ask('POST', `/prompts/${id}`, { labels: { production: 7 } })).toMatchObject({
      status: 404,
      body: { error: { param: 'version' } },
    });
  });
});

describe('an app', () => {
  it('does the same by its key, and is named as the author', async () => {
    const made = await askByKey('POST', '/prompts', { ...CONTENT, name: 'by-key' });
    expect(made.status).toBe(201);
    const { body } = await ask('GET', '/prompts/by-key/versions/1');
    expect(body).toMatchObject({ created_by: 'key_of_an_app' });
  });

  it('is nobody without a hop token, a project or a key', async () => {
    const forged = { [PROJECT_HEADER]: room.project_id, [KEY_HEADER]: 'key_x' };
    expect((await fetch(`${room.url}/internal/v1/prompts`, { headers: forged })).status).toBe(403);
    expect((await askByKey('GET', '/prompts', undefined, '')).status).toBe(403);
    const hop = { [HOP_HEADER]: signHop(TEST_SECRET, 'gateway', 'console'), [KEY_HEADER]: 'key_x' };
    expect((await fetch(`${room.url}/internal/v1/prompts`, { headers: hop })).status).toBe(404);
  });

  it('finds nothing where only the page may ask', async () => {
    for (const path of ['/audit', '/models', '/keys', '/nothing']) {
      expect((await askByKey('GET', path)).status).toBe(404);
    }
    expect((await askByKey('DELETE', '/prompts')).body.error).toMatchObject({ code: 'method_not_allowed' });
  });
});

describe('the audit log', () => {
  type Log = { revisions: Record<string, unknown>[]; next_cursor: number | null; actors: { name: string }[] };
  const log = async (query: string) => (await ask('GET', `/audit?${query}`)).body as unknown as Log;

  it('tells who did what, page by page, and shows what changed', async () => {
    const { id } = await create('audited');
    await ask('POST', `/prompts/${id}`, { labels: { production: 1 } });
    await askByKey('POST', `/prompts/${id}`, { description: 'said by an app' });
    const first = await log(`kind=prompt&id=${id}&limit=2`);
    expect(first.revisions).toMatchObject([
      { actor: 'key_of_an_app', action: 'changed' },
      { actor_name: 'admin@example.com', reason: 'label production moved to version 1', title: 'audited' },
    ]);
    const rest = await log(`kind=prompt&id=${id}&limit=2&cursor=${first.next_cursor}`);
    expect(rest).toMatchObject({ revisions: [{ action: 'created', revision: 1 }], next_cursor: null });
    const { body } = await ask('GET', `/audit/${String(first.revisions[1]?.['seq'])}`);
    expect(body['changes']).toEqual([{ path: 'labels.production', before: null, after: 1 }]);
  });

  it('brings an older state back, once, and as a revision of its own', async () => {
    const { id } = await create('restored', { labels: ['production'] });
    await ask('POST', `/prompts/${id}/versions`, { ...CONTENT, labels: ['production'] });
    const { revisions } = await log(`kind=prompt&id=${id}`);
    const seq = String(revisions.at(-1)?.['seq']);
    const stale = await ask('POST', `/audit/${seq}/restore`, { expected_revision: 1 });
    expect(stale.body.error).toMatchObject({ code: 'revision_conflict', current_revision: 2 });
    expect((await ask('POST', `/audit/${seq}/restore`, { expected_revision: 2 })).status).toBe(200);
    const now = await ask('GET', `/prompts/${id}`);
    expect(now.body).toMatchObject({ labels: { production: 1 }, latest_version: 2, revision: 3 });
    // Version 2 is still there: what was published is never taken back.
    expect((await ask('GET', `/prompts/${id}/versions/2`)).status).toBe(200);
  });

  it('does not bring a name back that is taken by now', async () => {
    const { id } = await create('reused');
    await ask('DELETE', `/prompts/${id}`);
    await create('reused');
    const { revisions } = await log(`kind=prompt&id=${id}`);
    const seq = String(revisions.at(-1)?.['seq']);
    expect((await ask('POST', `/audit/${seq}/restore`, { expected_revision: 2 })).status).toBe(409);
    expect((await ask('GET', `/prompts/${id}`)).body['status']).toBe('archived');
  });

  it('gives nobody a key back', async () => {
    const { body } = await ask('POST', '/keys', { name: 'short-lived' });
    const { id } = body['key'] as { id: string };
    await ask('DELETE', `/keys/${id}`);
    const { revisions } = await log(`kind=key&id=${id}`);
    expect(revisions.map(({ action }) => action)).toEqual(['revoked', 'created']);
    const seq = String(revisions.at(-1)?.['seq']);
    const restored = await ask('POST', `/audit/${seq}/restore`, { expected_revision: 2 });
    expect(restored).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } });
    expect(JSON.stringify((await ask('GET', `/audit/${seq}`)).body)).not.toContain('hash');
  });

  it('is silent about another project', async () => {
    room.registry.refresh();
    const foreign = room.registry
      .revisionsAfter(0)
      .find(({ kind, id }) => kind === 'project' && id === room.other_project_id);
    expect((await ask('GET', `/audit/${foreign?.seq}`)).status).toBe(404);
  });
});
