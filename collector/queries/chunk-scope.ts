/** Which chunks a search looks at: those of the ingests that the registry calls completed, of one vector store. */
import type { Condition } from './call-filter.ts';

export type ChunkScope = {
  project_id: string;
  vector_store_id: string;
  /** Each names the chunks of one file as they were made by one ingest. */
  ingest_ids: readonly string[];
};

/** A chunk that was found. `score` is 0 to 1. */
export type ChunkHit = { file_id: string; ingest_id: string; position: number; score: number };

/** ClickHouse takes 128 KiB in one parameter. */
const PER_PARAMETER = 5_000;

/** The scope as a condition over `chunks`, and what it binds. It names at least one ingest. */
export function toScopeCondition({ project_id, vector_store_id, ingest_ids }: ChunkScope): Condition {
  const lists = Array.from({ length: Math.ceil(ingest_ids.length / PER_PARAMETER) }, (_, index) =>
    ingest_ids.slice(index * PER_PARAMETER, (index + 1) * PER_PARAMETER),
  );
  const anyList = lists.map((_, index) => `ingest_id IN {ingest_ids_${index}:Array(String)}`).join(' OR ');
  return {
    sql: `project_id = {project_id:String} AND vector_store_id = {vector_store_id:String} AND (${anyList})`,
    params: {
      project_id,
      vector_store_id,
      ...Object.fromEntries(lists.map((list, index) => [`ingest_ids_${index}`, list])),
    },
  };
}
