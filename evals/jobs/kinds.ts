/** Every kind of job there is. */
import { evalRunJob } from '../runs/job.ts';
import type { JobKind } from './runner.ts';

export const JOB_KINDS: readonly JobKind[] = [evalRunJob];
