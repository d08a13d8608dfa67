/** Every kind of job there is. */
import { exportJob } from '../export/job.ts';
import { datasetVersionJob } from '../datasets/build.ts';
import { evalRunJob } from '../runs/job.ts';
import { ingestJob } from '../sources/ingest.ts';
import type { JobKind } from './runner.ts';

export const JOB_KINDS: readonly JobKind[] = [datasetVersionJob, evalRunJob, ingestJob, exportJob];
