/** Which ingests have chunks, in all projects? For the sweep, which removes those that the registry does not know. */
import type { Store } from '../../store/client.ts';
import { runSystemQuery } from '../run.ts';

export type StoredIngest = { project_id: string; vector_store_id: string; ingest_id: string };

/** Ingests whose newest chunk is older than `older_than_s` seconds. @throws like `runSystemQuery` */
export async function listStoredIngests(store: Store, older_than_s: number): Promise<StoredIngest[]> {
  return runSystemQuery<StoredIngest>(store, {
    name: 'stored_ingests',
    query: `SELECT project_id, vector_store_id, ingest_id FROM chunks
      GROUP BY project_id, vector_store_id, ingest_id
      HAVING max(at) < now64(3) - toIntervalSecond({older_than_s:UInt32})`,
    params: { older_than_s },
    max_rows: 5_000_000,
  });
}
