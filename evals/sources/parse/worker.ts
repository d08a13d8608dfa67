/** The thread in which files are read: one at a time, in bounds that its starter sets (reader.ts). */
import { parentPort } from 'node:worker_threads';
import { PermanentError } from '../../jobs/runner.ts';
import { toChunks } from '../chunk.ts';
import { MAX_TOKENS, type ReadAnswer, type ReadOrder } from './order.ts';
import { parseFile } from './parse.ts';

if (!parentPort) throw new Error('worker.ts is the body of a thread');
const port = parentPort;

port.on('message', async ({ filename, bytes, chunking }: ReadOrder) => {
  let answer: ReadAnswer;
  try {
    answer = toChunks(await parseFile(filename, bytes), chunking, MAX_TOKENS);
  } catch (error) {
    answer = { failure: toFailure(error) };
  }
  port.postMessage(answer);
});

function toFailure(error: unknown): { code: string; message: string } {
  if (error instanceof PermanentError) return { code: error.code, message: error.message };
  if (error instanceof RangeError) {
    const message = `The file is too large: a vector store takes ${MAX_TOKENS} tokens of one. Split it.`;
    return { code: 'invalid_file', message };
  }
  return { code: 'invalid_file', message: 'The file cannot be read.' };
}
