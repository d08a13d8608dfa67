/** Rows of datasets. No evals room runs here, so a version that must be readable is written as its job would. */
import { insertDatasetItems } from '../../../collector/append/dataset-items.ts';
import type { Store } from '../../../collector/store/client.ts';
import type { TestConsole } from '../../kit/console.ts';
import type { RouteRow } from '../../kit/routes.ts';
import { waitUntil } from '../../kit/wait.ts';
import { BUILDERS, made, READERS } from './access.ts';

const BODY = { name: 'questions', description: 'what people ask' };
const DATASETS = '/api/projects/:project_id/datasets';

async function makeDataset(room: TestConsole): Promise<string> {
  const path = `/api/projects/${room.project_id}/datasets`;
  const answer = await room.ask('builder', path, { method: 'POST', body: JSON.stringify(BODY) });
  if (answer.status !== 201) throw new Error(await answer.text());
  return ((await answer.json()) as { id: string }).id;
}

/** A dataset with a version whose one item is `{"q": "ours"}`. */
async function withVersion(room: TestConsole, store: Store, status: 'completed' | 'in_progress') {
  const dataset_id = await makeDataset(room);
  const build_id = `build_of_${dataset_id}`;
  const common = { dataset_id, version: 1, build_id };
  const { registry, project_id } = room;
  registry.append({
    kind: 'dataset_version',
    id: `${dataset_id}@1`,
    project_id,
    body: {
      ...common,
      source: { type: 'calls', filter: {}, limit: 1, base_version: 0 },
      status,
      items: 1,
      problems: [],
      note: '',
    },
    actor: 'system',
    reason: 'test',
    expected_revision: 0,
  });
  const named = { item_id: 'item_1', position: 0, trace_id: '', span_id: '', session_id: '' };
  const row = { ...common, ...named, project_id, item: '{"q":"ours"}', at: new Date().toISOString() };
  await insertDatasetItems(store, [row], build_id);
  // The console looks at intervals for what another hand wrote.
  const path = `/api/projects/${project_id}/datasets/${dataset_id}/versions/1`;
  await waitUntil('the version', async () => (await room.ask('owner', path)).ok);
  return dataset_id;
}

export function datasetRows(store: () => Store): Record<string, RouteRow> {
  const ofDataset = (rest = '', body?: unknown) => ({
    request: async (room: TestConsole) => ({ path: `${DATASETS}/${await makeDataset(room)}${rest}`, body }),
  });
  const ofVersion = (rest: string, status: 'completed' | 'in_progress' = 'completed') => ({
    request: async (room: TestConsole) => ({
      path: `${DATASETS}/${await withVersion(room, store(), status)}${rest}`,
    }),
  });
  return {
    [`GET ${DATASETS}`]: {
      statuses: READERS,
      request: async (room) => {
        await makeDataset(room);
        return {};
      },
      contains: ['"name":"questions"', '"has_more":false'],
    },
    [`POST ${DATASETS}`]: {
      statuses: made(BUILDERS),
      request: () => ({ body: BODY }),
      contains: ['"object":"dataset"', '"latest_version":0'],
    },
    [`GET ${DATASETS}/:dataset_id`]: { statuses: READERS, ...ofDataset(), contains: ['"name":"questions"'] },
    [`POST ${DATASETS}/:dataset_id`]: {
      statuses: BUILDERS,
      ...ofDataset('', { name: 'renamed' }),
      contains: ['"name":"renamed"', '"description":"what people ask"'],
    },
    [`DELETE ${DATASETS}/:dataset_id`]: {
      statuses: BUILDERS,
      ...ofDataset(),
      contains: ['"status":"archived"'],
    },
    [`GET ${DATASETS}/:dataset_id/versions`]: {
      statuses: READERS,
      ...ofVersion('/versions'),
      contains: ['"version":1', '"status":"completed"'],
      lacks: ['build_id'],
    },
    [`POST ${DATASETS}/:dataset_id/versions`]: {
      statuses: made(BUILDERS),
      ...ofDataset('/versions', { source: { type: 'calls', filter: { model: ['x'] } } }),
      contains: ['"status":"queued"', '"model":["x"]'],
    },
    [`GET ${DATASETS}/:dataset_id/versions/:version`]: {
      statuses: READERS,
      ...ofVersion('/versions/1'),
      contains: ['"items":1'],
    },
    [`POST ${DATASETS}/:dataset_id/versions/:version/cancel`]: {
      statuses: BUILDERS,
      ...ofVersion('/versions/1/cancel', 'in_progress'),
      contains: ['"status":"cancelled"'],
    },
    [`GET ${DATASETS}/:dataset_id/items`]: {
      statuses: READERS,
      ...ofVersion('/items'),
      contains: ['"q":"ours"', '"has_more":false'],
    },
    [`GET ${DATASETS}/:dataset_id/content`]: {
      statuses: READERS,
      ...ofVersion('/content'),
      contains: ['{"item_id":"item_1"', '"q":"ours"'],
    },
  };
}
