/** What a trial of one grader came to. */
import type { runGrader } from '../../../contract/evals.ts';
import type { CallResult } from '../client/call.ts';
import { isPass, type Criterion } from './criteria.ts';
import type { Mark } from './results.ts';

export type TrialResult = { mark: Mark; score: number; label: string; reason: string };

/** Reads the answer of `graders/run`: the reward, and in its metadata label, reason and errors. */
export function toTrialResult(
  { reward, metadata }: CallResult<typeof runGrader>,
  criterion: Criterion,
): TrialResult {
  const text = (name: string): string => (typeof metadata[name] === 'string' ? metadata[name] : '');
  const errors = metadata['errors'];
  const failed = typeof errors === 'object' && errors !== null && Object.values(errors).includes(true);
  const passed = typeof metadata['passed'] === 'boolean' ? metadata['passed'] : isPass(criterion, reward);
  return {
    mark: failed ? 'error' : passed ? 'pass' : 'fail',
    score: reward,
    label: text('label'),
    reason: text('reason') || text('error'),
  };
}
