/** Step: the whole request body, up to a limit. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '../../errors.ts';

/** OpenAI takes about 50 MB of images in one request. */
export const MAX_BODY_BYTES = 64 * 1024 ** 2;

/** @throws AppError body_too_large past `limit`; rejects with the stream's error when the client hangs up. */
export function readBody(request: IncomingMessage, limit = MAX_BODY_BYTES): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const tooLarge = () =>
    new AppError(
      'body_too_large',
      `The request body is larger than ${limit / 1024 ** 2} MiB, the most we take.`,
    );
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge());
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > limit) {
      request.removeAllListeners('data');
      reject(tooLarge());
    } else chunks.push(chunk);
  });
  request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
  request.on('error', reject);
  request.on('close', () => {
    // Asked first: an Error that nobody reads costs more than the parse of a small body.
    if (!request.complete) reject(new Error('the client hung up while sending its request'));
  });
  return promise;
}
