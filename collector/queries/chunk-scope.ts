/** Which chunks a search looks at: those of the ingests that the registry calls completed, of one vector store. */

export type ChunkScope = {
  project_id: string;
  vector_store_id: string;
  /** Each names the chunks of one file as they were made by one ingest. */
  ingest_ids: readonly string[];
};

/** A chunk that was found. `score` is 0 to 1. */
export type ChunkHit = { file_id: string; ingest_id: string; position: number; score: number };

/** Condition over `chunks`; binds the members of a ChunkScope. */
export const IN_SCOPE = `project_id = {project_id:String} AND vector_store_id = {vector_store_id:String}
  AND ingest_id IN {ingest_ids:Array(String)}`;
