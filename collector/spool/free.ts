/**
 * Gives a buffer's memory back at once. V8 counts what buffers hold and collects all of its heap each time that count
 * has grown by 64 MB, though nearly all of it is long dead: measured, that was a third of what a captured call cost.
 */

/** Below this a buffer is a slice of Node's shared pool, or not worth it. */
const WORTH_BYTES = 8192;

/** Detaches the memory of `bytes`, which nobody may look at again. A view of a larger buffer is left alone. */
export function freeBuffer(bytes: Uint8Array): void {
  const { buffer, length } = bytes;
  if (length < WORTH_BYTES || buffer.byteLength !== length || !(buffer instanceof ArrayBuffer)) return;
  buffer.transfer(0);
}
