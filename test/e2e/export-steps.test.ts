/** The job of an export that dies at each of its writes, before or after it took effect: the next attempt mends it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistryBody } from '../../collector/record/registry.ts';
import { openRegistry, type Registry } from '../../collector/registry/store.ts';
import type { RegistryEntry } from '../../collector/registry/view.ts';
import { openStore, type Store } from '../../collector/store/client.ts';
import { migrate } from '../../collector/store/migrate.ts';
import type { EvalsContext } from '../../evals/context.ts';
import { toFileId } from '../../evals/export/files.ts';
import { exportJob } from '../../evals/export/job.ts';
import { createFileContents } from '../../evals/files/contents.ts';
import type { RegistryWriter } from '../../evals/jobs/writer.ts';
import { startTestEngine, type TestEngine } from '../kit/engine.ts';
import { addProject } from '../kit/registry.ts';
import { storeCalls } from '../kit/spans.ts';
import { toOptions } from '../unit/export/kit.ts';

const SESSIONS = 20;

let engine: TestEngine;
let store: Store;
let folder: string;
let registry: Registry;
let project_id: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sekisho-steps-'));
  registry = openRegistry(join(folder, 'registry.db'));
  project_id = addProject(registry, 'ours');
  engine = await startTestEngine();
  store = await openStore(engine);
  await migrate(store);
  const parts = (content: string) => [{ type: 'text', content }];
  await storeCalls(
    store,
    Array.from({ length: SESSIONS }, (_, i) => ({
      project_id,
      started_at: Date.now() - 60_000 - i,
      session_id: `s${i}`,
      input_messages: JSON.stringify([{ role: 'user', parts: parts(`question ${i}`) }]),
      output_messages: JSON.stringify([{ role: 'assistant', parts: parts(`answer ${i}`) }]),
    })),
  );
});
afterAll(async () => {
  await store.close();
  await engine.stop();
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

class Died extends Error {}
type Death = { at: number; when: 'before' | 'after' };

/** What the job is given; its writer dies at one of its writes. */
function toContext(death?: Death): EvalsContext {
  let writes = 0;
  const append = (entry: object): void => {
    writes++;
    const dies = writes === death?.at;
    if (dies && death.when === 'before') throw new Died();
    registry.append({ ...entry, actor: 'evals' } as never);
    if (dies) throw new Died();
  };
  const see = (kind: 'export' | 'file', id: string) => registry.view.find(kind, id) as never;
  const writer: RegistryWriter = {
    async create(object, reason) {
      append({ ...object, reason, expected_revision: 0 });
      return see(object.kind as 'file', object.id);
    },
    async revise({ kind, id, project_id: project, revision, body }, change, reason) {
      append({
        kind,
        id,
        project_id: project,
        body: { ...body, ...change },
        reason,
        expected_revision: revision,
      });
      return see(kind as 'file', id);
    },
  };
  const contents = createFileContents(join(folder, 'files'));
  const unused = undefined as never;
  return {
    registry: registry.view,
    writer,
    store: async () => store,
    gateway: unused,
    contents,
    embeddingModel: '',
    say: () => {},
  };
}

function begin(): string {
  const id = `export_${uuidv7()}`;
  const body: RegistryBody<'export'> = {
    name: 'steps',
    format: 'openai_sft',
    source: { type: 'calls', filter: {}, limit: 1_000 },
    options: toOptions({ validation_share: 0.5 }),
    status: 'queued',
    error: null,
    counts: null,
    total: null,
    warnings: [],
    files: [],
    problems: [],
    finished_at: null,
  };
  registry.append({
    kind: 'export',
    id,
    project_id,
    body,
    actor: 'a',
    reason: 'created',
    expected_revision: 0,
  });
  return id;
}

const get = (id: string): RegistryEntry<'export'> => {
  const entry = registry.view.find('export', id);
  if (!entry) throw new Error(`no ${id}`);
  return entry;
};
const run = (id: string, death?: Death): Promise<void> =>
  exportJob.run(toContext(death), get(id), new AbortController().signal);
const liveFiles = (id: string): string[] =>
  (['train', 'validation'] as const)
    .map((split) => toFileId(id, split))
    .filter((file) => registry.view.find('file', file)?.body.status === 'processed');

/** Started, named, two files, completed. */
const WRITES = 5;
const DEATHS = Array.from({ length: WRITES }, (_, i) => i + 1).flatMap((at) =>
  (['before', 'after'] as const).map((when) => ({ at, when })),
);

describe.each(DEATHS)('a death $when write $at', (death) => {
  it('changes nothing of what comes of it', async () => {
    const id = begin();
    await expect(run(id, death)).rejects.toBeInstanceOf(Died);
    if (exportJob.isOpen(get(id).body)) await run(id);
    const { body } = get(id);
    expect(body).toMatchObject({ status: 'completed', counts: { read: SESSIONS, lines: SESSIONS } });
    expect(body.files.map(({ lines }) => lines).reduce((a, b) => a + b)).toBe(SESSIONS);
    expect(liveFiles(id)).toEqual(body.files.map(({ file_id }) => file_id));
    expect(exportJob.isOpen(body)).toBe(false);
  });

  it.each(['cancelled', 'deleted'] as const)(
    'leaves no file of an export that is %s then',
    async (status) => {
      const id = begin();
      await expect(run(id, death)).rejects.toBeInstanceOf(Died);
      const { revision, body } = get(id);
      if (body.status === 'completed') return;
      const gone = { kind: 'export', id, project_id, body: { ...body, status } } as const;
      registry.append({ ...gone, actor: 'a', reason: status, expected_revision: revision });
      if (exportJob.isOpen(get(id).body)) await run(id);
      expect(get(id).body).toMatchObject({ status, files: [] });
      expect(liveFiles(id)).toEqual([]);
      expect(exportJob.isOpen(get(id).body)).toBe(false);
    },
  );
});

it('makes as many writes as die here', async () => {
  await expect(run(begin(), { at: WRITES + 1, when: 'before' })).resolves.toBeUndefined();
});

it('has one file where another attempt found fewer lines', async () => {
  const id = begin();
  await expect(run(id, { at: 4, when: 'after' })).rejects.toBeInstanceOf(Died);
  expect(liveFiles(id)).toHaveLength(2);
  // The second attempt splits nothing off: the file of the first has to go.
  const { revision, body } = get(id);
  const options = { ...body.options, validation_share: 0 };
  const changed = { kind: 'export', id, project_id, body: { ...body, options } } as const;
  registry.append({ ...changed, actor: 'a', reason: 'changed', expected_revision: revision });
  await run(id);
  expect(liveFiles(id)).toEqual([toFileId(id, 'train')]);
  expect(registry.view.find('file', toFileId(id, 'train'))?.body.bytes).toBe(get(id).body.files[0]?.bytes);
});

it('fails with a reason when its dataset is gone', async () => {
  const id = begin();
  const { revision, body } = get(id);
  const source = { type: 'dataset', dataset_id: 'ds_gone', version: 1 } as const;
  const changed = { kind: 'export', id, project_id, body: { ...body, source } } as const;
  registry.append({ ...changed, actor: 'a', reason: 'changed', expected_revision: revision });
  await expect(run(id)).rejects.toMatchObject({ name: 'PermanentError', message: /no dataset ds_gone/ });
});
