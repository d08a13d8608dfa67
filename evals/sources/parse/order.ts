/** What goes between the ingest and the thread that reads files. */
import type { StaticChunking } from '../../../collector/record/source.ts';
import type { Chunks } from '../chunk.ts';

/** Of one file, as at OpenAI. */
export const MAX_TOKENS = 5_000_000;

export type ReadOrder = {
  /** Its ending says what the file is. */
  filename: string;
  bytes: Uint8Array;
  chunking: StaticChunking;
};

export type ReadAnswer = Chunks | { failure: { code: string; message: string } };
