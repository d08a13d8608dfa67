/** Questions to the registry's past: the audit log, and the history of one object. */
import type { DatabaseSync } from 'node:sqlite';
import type { Revision } from '../record/registry.ts';

export type HistoryQuestion = {
  project_id: string;
  kind?: string;
  id?: string;
  actor?: string;
  /** Authors whose revisions are left out. */
  without_actors: readonly string[];
  /** Only what is older; undefined = from the newest. */
  before_seq: number | undefined;
  limit: number;
};

export type RegistryHistory = {
  /** Newest first. */
  list(question: HistoryQuestion): Revision[];
  find(seq: number): Revision | undefined;
  /** The revision of the same object before this one. */
  findBefore(revision: Revision): Revision | undefined;
  /** Everybody who wrote in a project. */
  listActors(project_id: string): string[];
};

type Row = Omit<Revision, 'body'> & { body: string };
const toRevision = (row: Row): Revision => ({ ...row, body: JSON.parse(row.body) }) as Revision;

/** The past of an open registry. */
export function createHistory(db: DatabaseSync): RegistryHistory {
  const list = db.prepare(`SELECT * FROM revision
    WHERE project_id = :project_id AND seq < :before_seq AND (:kind = '' OR kind = :kind) AND (:id = '' OR id = :id)
      AND (:actor = '' OR actor = :actor) AND actor NOT IN (SELECT value FROM json_each(:without))
    ORDER BY seq DESC LIMIT :limit`);
  const bySeq = db.prepare('SELECT * FROM revision WHERE seq = ?');
  const byRevision = db.prepare('SELECT * FROM revision WHERE kind = ? AND id = ? AND revision = ?');
  const actors = db.prepare('SELECT DISTINCT actor FROM revision WHERE project_id = ? ORDER BY actor');
  return {
    list({ project_id, kind = '', id = '', actor = '', without_actors, before_seq, limit }) {
      const rows = list.all({
        project_id,
        kind,
        id,
        actor,
        without: JSON.stringify(without_actors),
        before_seq: before_seq ?? Number.MAX_SAFE_INTEGER,
        limit,
      });
      return (rows as Row[]).map(toRevision);
    },
    find(seq) {
      const row = bySeq.get(seq) as Row | undefined;
      return row && toRevision(row);
    },
    findBefore({ kind, id, revision }) {
      const row = byRevision.get(kind, id, revision - 1) as Row | undefined;
      return row && toRevision(row);
    },
    listActors: (project_id) => (actors.all(project_id) as { actor: string }[]).map((row) => row.actor),
  };
}
