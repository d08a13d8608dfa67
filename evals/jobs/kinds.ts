/** Every kind of job there is. */
import { evalRunJob } from '../runs/job.ts';
import { ingestJob } from '../sources/ingest.ts';
import type { JobKind } from './runner.ts';

export const JOB_KINDS: readonly JobKind[] = [evalRunJob, ingestJob];
