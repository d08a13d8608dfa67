import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { hashToken } from '../../../collector/keys/token.ts';
import { openRegistry } from '../../../collector/registry/store.ts';
import { createRegistryTail } from '../../../collector/registry/tail.ts';
import { registryFile } from '../../../console/api/owner.ts';
import { startTestConsole } from '../../kit/console.ts';
import { TEST_SECRET } from '../../kit/engine.ts';
import { addKey, addProject, freshFolder, freshRegistry, revokeKey } from '../../kit/registry.ts';
import { waitUntil } from '../../kit/wait.ts';

const hashOf = (text: string): string => hashToken(TEST_SECRET, text);

async function consoleOfTest() {
  const room = await startTestConsole();
  onTestFinished(() => room.stop());
  return room;
}

function tailOf(url: string, options: { file?: string; secret?: string } = {}) {
  const { file = join(freshFolder(), 'registry.json'), secret = TEST_SECRET } = options;
  const tail = createRegistryTail({ url, secret, room: 'gateway', file });
  onTestFinished(() => tail.stop());
  tail.start();
  return { tail, file };
}

it('takes everything over, then each change within two seconds', async () => {
  const room = await consoleOfTest();
  const key = addKey(room.registry, room.project_id, 'k');
  const { tail } = tailOf(room.url);
  await tail.ready;
  expect(await tail.view.waitFor(room.registry.seq, 2000)).toBe(true);
  expect(tail.view.findKey(hashOf('k'))?.id).toBe(key);

  const seq = revokeKey(room.registry, key);
  expect(await tail.view.waitFor(seq, 2000)).toBe(true);
  expect(tail.view.findKey(hashOf('k'))).toBeUndefined();
  expect(tail.view.toSnapshot()).toEqual(room.registry.view.toSnapshot());
});

it('is told of a revocation made through the API without a pause', async () => {
  const room = await consoleOfTest();
  const { tail } = tailOf(room.url);
  await tail.ready;
  const path = `/api/projects/${room.project_id}/keys`;
  const body = JSON.stringify({ name: 'mine' });
  const made = (await (await room.ask('owner', path, { method: 'POST', body })).json()) as {
    key: { id: string };
    text: string;
  };
  await waitUntil('the key', () => tail.view.findKey(hashOf(made.text)), 2000);
  const answer = await room.ask('owner', `${path}/${made.key.id}`, { method: 'DELETE' });
  expect(answer.status).toBe(200);
  await waitUntil('its end', () => !tail.view.findKey(hashOf(made.text)), 2000);
});

it('starts from its copy while the console is away, and catches up when it is back', async () => {
  const room = await consoleOfTest();
  const key = addKey(room.registry, room.project_id, 'k');
  const before = tailOf(room.url);
  await before.tail.ready;
  await before.tail.view.waitFor(room.registry.seq, 2000);
  await before.tail.stop();
  expect(statSync(before.file).mode & 0o777).toBe(0o600);

  const { tail } = tailOf('http://127.0.0.1:9', { file: before.file });
  await tail.ready;
  expect(tail.view.findKey(hashOf('k'))?.id).toBe(key);
  expect(tail.view.toSnapshot()).toEqual(before.tail.view.toSnapshot());
  await waitUntil('a word on the console being away', () => tail.problem !== '');

  const back = tailOf(room.url, { file: before.file });
  expect(await back.tail.view.waitFor(revokeKey(room.registry, key), 2000)).toBe(true);
  expect(back.tail.view.findKey(hashOf('k'))).toBeUndefined();
});

it('goes on through a restart of the console', async () => {
  const room = await consoleOfTest();
  const key = addKey(room.registry, room.project_id, 'k');
  const { tail } = tailOf(room.url);
  await tail.view.waitFor(room.registry.seq, 2000);
  await room.restart();
  const seq = revokeKey(room.registry, key);
  expect(await tail.view.waitFor(seq, 2000)).toBe(true);
  expect(tail.view.findKey(hashOf('k'))).toBeUndefined();
});

it.each([
  { name: 'shorter than what the tail has', appended: 0 },
  { name: 'by now longer, with another past', appended: 20 },
])('takes all afresh from a restored registry: $name', async ({ appended }) => {
  const room = await consoleOfTest();
  const db = registryFile(room.config);
  const backup = join(freshFolder(), 'backup.db');
  const raw = new DatabaseSync(db);
  raw.exec(`VACUUM INTO '${backup}'`);
  raw.close();
  for (let i = 0; i < 5; i++) addKey(room.registry, room.project_id, `after-${i}`);
  const { tail } = tailOf(room.url);
  await tail.view.waitFor(room.registry.seq, 2000);
  expect(tail.view.findKey(hashOf('after-4'))).toBeDefined();

  await room.restart(() => {
    room.registry.close();
    for (const ending of ['-wal', '-shm']) rmSync(db + ending, { force: true });
    copyFileSync(backup, db);
    const restored = openRegistry(db);
    for (let i = 0; i < appended; i++) addProject(restored, `new-${i}`);
    restored.close();
  });
  const restored = freshRegistry(db);
  await waitUntil('the reset', () => tail.view.head === restored.view.head, 3000);
  expect(tail.view.toSnapshot()).toEqual(restored.view.toSnapshot());
  expect(tail.view.findKey(hashOf('after-4'))).toBeUndefined();
});

it('waits without a copy and without a console, and says why', async () => {
  const { tail } = tailOf('http://127.0.0.1:9');
  await waitUntil('a problem', () => tail.problem !== '' && tail.problem !== 'not started');
  expect(await Promise.race([tail.ready.then(() => 'ready'), delay(50, 'waiting')])).toBe('waiting');
  const started = Date.now();
  await tail.stop();
  expect(Date.now() - started).toBeLessThan(500);
});

it.each([
  ['cut short', (text: string) => text.slice(0, -10)],
  ['changed', (text: string) => text.replace('"key"', '"yek"')],
  ['emptied', () => ''],
])('does not believe a copy that was %s', async (_name, damage) => {
  const room = await consoleOfTest();
  addKey(room.registry, room.project_id, 'k');
  const first = tailOf(room.url);
  await first.tail.view.waitFor(room.registry.seq, 2000);
  await first.tail.stop();
  writeFileSync(first.file, damage(readFileSync(first.file, 'utf8')));
  const { tail } = tailOf('http://127.0.0.1:9', { file: first.file });
  await waitUntil('a problem', () => tail.problem !== 'not started');
  expect(tail.view.seq).toBe(0);
});

it('gets nothing with the secret of another installation', async () => {
  const room = await consoleOfTest();
  const { tail } = tailOf(room.url, { secret: `${TEST_SECRET} but not quite` });
  await waitUntil('a refusal', () => tail.problem.includes('403'));
  expect(tail.view.seq).toBe(0);
});
