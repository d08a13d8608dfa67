/** Which file a line goes to: the same for everything of one session, in every export, whatever else is in it. */
import { createHash } from 'node:crypto';
import type { Example } from './example.ts';

export type Split = 'train' | 'validation';

const RANGE = 2 ** 48;

/**
 * By the hash of the session (of the trace, where there is none; of the item, where there is none either). A larger
 * `share` keeps what was in the validation file there and adds to it.
 */
export function toSplit(
  { session_id, trace_id, item_id }: Pick<Example, 'session_id' | 'trace_id' | 'item_id'>,
  share: number,
): Split {
  if (share <= 0) return 'train';
  const digest = createHash('sha256')
    .update(session_id || trace_id || item_id)
    .digest();
  return digest.readUIntBE(0, 6) / RANGE < share ? 'validation' : 'train';
}
