import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOP_HEADER, type Room, signHop } from '../../../collector/keys/derive.ts';
import { startTestConsole, type TestConsole } from '../../kit/console.ts';
import { TEST_SECRET } from '../../kit/engine.ts';
import { addProject } from '../../kit/registry.ts';

let room: TestConsole;
beforeAll(async () => {
  room = await startTestConsole();
});
afterAll(() => room.stop());

const body = { name: 'a', description: '', status: 'active' } as const;
const entry = { kind: 'dataset', id: 'ds_1', project_id: 'proj_1', body, actor: 'evals', reason: 'test' };

async function append(from: Room, change: object): Promise<{ status: number; code: string | undefined }> {
  const response = await fetch(`${room.url}/internal/registry`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [HOP_HEADER]: signHop(TEST_SECRET, from, 'console') },
    body: JSON.stringify({ ...entry, expected_revision: 0, ...change }),
  });
  const answer = (await response.json()) as { error?: { code: string } };
  return { status: response.status, code: answer.error?.code };
}

it('only the room that does the jobs writes, only jobs, and none into another project', async () => {
  addProject(room.registry, 'proj_1');
  expect(await append('gateway', {})).toEqual({ status: 403, code: 'forbidden' });
  expect(await append('evals', { kind: 'key' })).toEqual({ status: 400, code: 'invalid_body' });
  expect(await append('evals', {})).toEqual({ status: 200, code: undefined });
  const elsewhere = { project_id: 'proj_2', expected_revision: 1 };
  expect(await append('evals', elsewhere)).toEqual({ status: 400, code: 'invalid_body' });
  expect((await append('evals', { expected_revision: 1 })).status).toBe(200);
});
