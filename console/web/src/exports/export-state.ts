/** How far an export has come. */
import type { ExportObject } from '../../../contract/exports.ts';
import type { Tone } from '../values/StatusPill.vue';

export type ExportStatus = ExportObject['status'];

export const TONES: Record<ExportStatus, Tone> = {
  queued: 'plain',
  in_progress: 'accent',
  completed: 'ok',
  failed: 'bad',
  canceled: 'warn',
};

export const isUnderWay = (status: ExportStatus): boolean => status === 'queued' || status === 'in_progress';
