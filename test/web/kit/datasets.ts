/** Datasets as an app makes them. */
import type { DatasetObject, DatasetVersion } from '../../../console/contract/datasets.ts';
import { waitUntil } from '../../kit/wait.ts';
import type { RealConsole } from './real-console.ts';

type Rooms = Pick<RealConsole, 'v1'>;
type Page<T> = { data: T[] };

let made = 0;

export const ITEMS = [
  { messages: [{ role: 'user', content: 'How long?' }], input: 'How long?', output: 'A while.' },
  {
    messages: [{ role: 'user', content: '送料は？' }],
    input: '送料は？',
    output: '無料です。',
    expected: '有料です。',
  },
];

/** A dataset with one version of `items`; none = it has no version. */
export async function makeDataset(
  { v1 }: Rooms,
  options: { name?: string; items?: readonly object[] } = {},
): Promise<DatasetObject> {
  const { name = `Dataset ${++made}`, items = ITEMS } = options;
  const source = { type: 'edit', base_version: 0, add: items.map((item) => ({ item })) };
  const body = { name, ...(items.length > 0 ? { source } : {}) };
  const { id } = await v1<DatasetObject>('POST', '/datasets', body);
  if (items.length > 0) await waitForVersion({ v1 }, id, 1);
  return v1<DatasetObject>('GET', `/datasets/${id}`);
}

/** The version, once it is complete. */
export function waitForVersion({ v1 }: Rooms, id: string, version: number): Promise<DatasetVersion> {
  return waitUntil(`version ${version} of ${id}`, async () => {
    const { data } = await v1<Page<DatasetVersion>>('GET', `/datasets/${id}/versions`);
    return data.find((one) => one.version === version && one.status === 'completed');
  });
}

/** What the items of a version say. */
export async function readItems(
  { v1 }: Rooms,
  id: string,
  version: number,
): Promise<Record<string, unknown>[]> {
  const { data } = await v1<Page<{ item: Record<string, unknown> }>>(
    'GET',
    `/datasets/${id}/items?version=${version}`,
  );
  return data.map(({ item }) => item);
}
