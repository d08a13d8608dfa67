import { randomBytes } from 'node:crypto';

/** Names one attempt at one file; unique within its vector store, and short, because a search sends one per file. */
export const newIngestId = (): string => randomBytes(8).toString('hex');
