/** Every kind of job there is. */
import type { JobKind } from './runner.ts';

export const JOB_KINDS: readonly JobKind[] = [];
