/** One file while it is written: lines go in as fast as the disk takes them, and the content is whole or not there. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { FileContents, StoredContent } from '../files/contents.ts';

export type Sink = {
  /** Resolves when the next line may come. @throws what went wrong with the disk */
  write(line: string): Promise<void>;
  /** Resolves when all of it is durable. */
  finish(): Promise<StoredContent & { lines: number }>;
  /** Drops what was written. Resolves when it is gone. */
  drop(): Promise<void>;
};

/** Lines are handed on in pieces of this size. */
const PIECE_CHARS = 65_536;
const MAX_BYTES = 64_000_000_000;

/** A new file that begins with `header`. */
export function createSink(contents: FileContents, project_id: string, header: string): Sink {
  const stream = new PassThrough({ highWaterMark: 4 * PIECE_CHARS });
  // Whoever reads it learns of the error; without a listener it would end the process.
  stream.on('error', () => {});
  const stored = contents.write(project_id, stream, MAX_BYTES);
  // Its rejection is awaited later, in `write` or in `finish`.
  stored.catch(() => {});
  let piece = header;
  let lines = 0;
  const hand = async (): Promise<void> => {
    const isFull = !stream.write(piece);
    piece = '';
    // A writer that failed never drains.
    if (isFull) await Promise.race([once(stream, 'drain'), stored]);
  };
  return {
    async write(line) {
      piece += line;
      lines++;
      if (piece.length >= PIECE_CHARS) await hand();
    },
    async finish() {
      stream.end(piece);
      return { ...(await stored), lines };
    },
    async drop() {
      stream.destroy(new Error('dropped'));
      await stored.catch(() => {});
    },
  };
}
