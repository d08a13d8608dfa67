/** The segment that is being written: one file, one streaming cipher. */
import type { CipherGCM } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, unlinkSync, writeSync, writevSync } from 'node:fs';
import { encodeFrameHead, FRAME } from './frame.ts';
import { freeBuffer } from './free.ts';
import {
  createSegmentCipher,
  encodeSegmentHeader,
  segmentPath,
  SEGMENT_HEADER_BYTES,
  type SegmentEnd,
} from './segment.ts';

const EMPTY = Buffer.alloc(0);

export class SegmentFile {
  readonly n: number;
  /** Bytes in the file, header included. */
  bytes = 0;
  /** Calls whose CLOSE lies in it, and what all their bodies come to. */
  calls = 0;
  callBytes = 0;
  #fd: number;
  #cipher: CipherGCM;

  /** Creates the file. @throws as the file system does */
  constructor(folder: string, writer: string, key: Buffer, n: number) {
    const header = encodeSegmentHeader(writer, n, Date.now());
    this.n = n;
    this.#cipher = createSegmentCipher(key, n, header);
    const path = segmentPath(folder, n);
    this.#fd = openSync(path, 'wx', 0o600);
    try {
      this.#write([header]);
    } catch (error) {
      // else a disk that stays full gets another empty file with every attempt
      closeSync(this.#fd);
      unlinkSync(path);
      throw error;
    }
  }

  /** Seals `parts` and writes them by one call. @returns bytes written. @throws where not all could be written */
  append(parts: readonly Uint8Array[]): number {
    const sealed = parts.map((part) => this.#cipher.update(part));
    const length = this.#write(sealed);
    for (const text of sealed) freeBuffer(text);
    return length;
  }

  /** Writes END and the tag. @throws where that fails: then the file stays as it is, readable by its CRCs. */
  end(end: SegmentEnd): number {
    const last = this.#cipher.update(encodeFrameHead(FRAME.end, 0, end, EMPTY));
    const rest = this.#cipher.final();
    return this.#write([last, rest, this.#cipher.getAuthTag()]);
  }

  /** Cuts the file back to the last whole write: after a failed one its end is unknown. */
  cutBack(): void {
    try {
      ftruncateSync(this.#fd, Math.max(this.bytes, SEGMENT_HEADER_BYTES));
    } catch {
      // the reader judges a torn end by its CRCs
    }
  }

  closeFile(): void {
    closeSync(this.#fd);
  }

  #write(parts: Buffer[]): number {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const [only] = parts;
    const written = parts.length === 1 && only ? writeSync(this.#fd, only) : writevSync(this.#fd, parts);
    if (written !== length) throw new Error(`short write: ${written} of ${length} bytes`);
    this.bytes += length;
    return length;
  }
}
