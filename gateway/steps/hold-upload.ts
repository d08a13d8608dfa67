/**
 * Step: an upload, held until it says what it is for. SDKs send the file before its purpose, so a large one waits in
 * a file of its own, which has no name any more once it is open: whatever happens to us, nothing is left behind.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, unlink, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AppError } from '../../errors.ts';
import { createPurposeScanner, getBoundary } from './purpose.ts';

/** OpenAI's limit for a file, and room for the form around it. */
const MAX_FILE_BYTES = 512 * 1024 ** 2;
const MAX_UPLOAD_BYTES = MAX_FILE_BYTES + 64 * 1024;
/** As much waits in memory. */
const MEMORY_BYTES = 64 * 1024;

export type HeldUpload = {
  purpose: string;
  /** The whole body from its first byte on. May be read once. */
  body: Readable;
  /** Gives back what it holds; may be called at any time, more than once. */
  release(): Promise<void>;
};

export type Uploads = {
  /** @throws AppError body_too_large, unsupported_media_type, invalid_body; the stream's error when the client leaves */
  hold(request: IncomingMessage): Promise<HeldUpload>;
};

/** Uploads that wait in `folder`; what a gateway left there that was killed at the wrong moment is removed. */
export async function createUploads(folder: string, limit = MAX_UPLOAD_BYTES): Promise<Uploads> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    async hold(request) {
      if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
      const { 'content-encoding': encoding, 'content-type': type } = request.headers;
      if (encoding !== undefined && encoding !== 'identity') {
        throw new AppError('unsupported_media_type', 'Send the form as it is, without a content-encoding.');
      }
      const chunks = limited(request, limit);
      const store = createStore(folder);
      try {
        const purpose = await readPurpose(chunks, createPurposeScanner(getBoundary(type)), store);
        const body = Readable.from(replay(store, chunks), { objectMode: false });
        return { purpose, body, release: store.release };
      } catch (error) {
        await store.release();
        throw error;
      }
    },
  };
}

const tooLarge = (): AppError =>
  new AppError('body_too_large', `A file may have ${MAX_FILE_BYTES / 1024 ** 2} MiB, and not more.`);

/** The request's chunks; leaving them early does not end the request, for the answer is still to be given. */
async function* limited(request: IncomingMessage, limit: number): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > limit) throw tooLarge();
    yield chunk as Buffer;
  }
}

async function readPurpose(
  chunks: AsyncGenerator<Buffer>,
  scanner: ReturnType<typeof createPurposeScanner>,
  store: Store,
): Promise<string> {
  for (;;) {
    const { done, value } = await chunks.next();
    const purpose = done ? '' : scanner.push(value);
    if (!done) await store.add(value);
    if (purpose) return purpose;
    if (purpose === '') {
      throw new AppError('invalid_body', 'The form does not say what the file is for.', { param: 'purpose' });
    }
  }
}

/** What has been read again, then what is still to come. */
async function* replay(store: Store, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield* store.read();
  yield* rest;
}

type Store = ReturnType<typeof createStore>;

/** Bytes that wait: the first in memory, and all of them in a file once they are many. */
function createStore(folder: string) {
  let chunks: Buffer[] = [];
  let length = 0;
  let file: FileHandle | undefined;
  return {
    async add(chunk: Buffer): Promise<void> {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= MEMORY_BYTES) return;
      file ??= await openNameless(folder);
      for (const each of chunks.splice(0)) await file.appendFile(each);
    },
    async *read(): AsyncGenerator<Buffer> {
      if (file) yield* file.createReadStream({ start: 0, autoClose: false });
      else yield* chunks;
    },
    async release(): Promise<void> {
      const held = file;
      file = undefined;
      chunks = [];
      await held?.close();
    },
  };
}

async function openNameless(folder: string): Promise<FileHandle> {
  const path = join(folder, randomUUID());
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}
