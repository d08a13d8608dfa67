/**
 * Puts the frames of one turn one behind the other in a buffer that every turn uses again. Large bodies are not copied:
 * they stand between its parts.
 */
import { frameHeadRoom, writeFrameHead, type FrameType } from './frame.ts';

const INITIAL_BYTES = 256 * 1024;
/** Up to here a copy is cheaper than another call into the cipher and the kernel. */
const SMALL_BYTES = 4096;

export class FrameScratch {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #from = 0;
  #at = 0;
  #parts: Uint8Array[] = [];

  add(type: FrameType, seq: number, meta: object | undefined, body: Uint8Array): void {
    const json = meta === undefined ? undefined : JSON.stringify(meta);
    const isSmall = body.length <= SMALL_BYTES;
    this.#makeRoom(frameHeadRoom(json) + (isSmall ? body.length : 0));
    this.#at += writeFrameHead(this.#buffer, this.#at, { type, seq, json, body });
    if (isSmall) {
      this.#buffer.set(body, this.#at);
      this.#at += body.length;
    } else {
      this.#endPart();
      this.#parts.push(body);
    }
  }

  /** All that was added, in order; to be used before the next `add`. */
  take(): Uint8Array[] {
    this.#endPart();
    const parts = this.#parts;
    this.#parts = [];
    this.#from = 0;
    this.#at = 0;
    return parts;
  }

  #endPart(): void {
    if (this.#at > this.#from) this.#parts.push(this.#buffer.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }

  /** Parts already cut keep the buffer they are in; what follows gets a larger one, which later turns go on using. */
  #makeRoom(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    this.#endPart();
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, bytes));
    this.#from = 0;
    this.#at = 0;
  }
}
