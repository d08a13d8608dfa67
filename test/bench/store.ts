/** Asking the running product to finish its recording, and its database what it holds. */
import { deriveKey, HOP_HEADER, signHop } from '../../collector/keys/derive.ts';

type Place = { url: string; clickhouse: string; secret: string };

/** Resolves when all that has been captured is stored. */
export async function flush({ url, secret }: Place): Promise<void> {
  const headers = { [HOP_HEADER]: signHop(secret, 'main', 'gateway') };
  const response = await fetch(`${url}/internal/flush`, { method: 'POST', headers });
  if (!response.ok) throw new Error(`flush: ${response.status} ${await response.text()}`);
}

export type Stored = { rows: number; distinct: number };

/** Rows of `spans`, and how many different calls they are. */
export async function countStored({ clickhouse, secret }: Place): Promise<Stored> {
  const query =
    'SELECT count() AS rows, uniqExact(writer, seq) AS distinct FROM sekisho.spans FORMAT JSONEachRow';
  const password = deriveKey(secret, 'clickhouse:system').toString('base64url');
  const response = await fetch(clickhouse, {
    method: 'POST',
    headers: { 'x-clickhouse-user': 'system', 'x-clickhouse-key': password },
    body: query,
  });
  if (!response.ok) throw new Error(`ClickHouse: ${response.status} ${await response.text()}`);
  const { rows, distinct } = (await response.json()) as Record<keyof Stored, string | number>;
  return { rows: Number(rows), distinct: Number(distinct) };
}
