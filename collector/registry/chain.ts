/** The hash chain over revisions: each carries the hash of the one before, so a change in the past shows. */
import { createHash } from 'node:crypto';
import type { Revision } from '../record/registry.ts';

/** SHA-256 in hex over everything a revision says, its own `prev_hash` included. */
export function revisionHash(revision: Revision): string {
  const { seq, project_id, kind, id, body, actor, reason, at, prev_hash } = revision;
  // An array, not the object: the order of fields must not depend on who built it.
  const text = JSON.stringify([
    seq,
    project_id,
    kind,
    id,
    revision.revision,
    body,
    actor,
    reason,
    at,
    prev_hash,
  ]);
  return createHash('sha256').update(text).digest('hex');
}
