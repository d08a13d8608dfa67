/**
 * Frames: what the spool's segments are made of. Little-endian:
 *
 *   u16 magic | u8 type | u8 0 | u32 length of the payload | u64 seq | u32 CRC-32 of the 16 bytes before and the payload
 *
 * OPEN and CLOSE payloads: u32 length of a JSON object, the object, then raw body bytes. CHUNK: raw bytes.
 * END closes a segment: a JSON object only. This layout is on people's disks: it may gain types, never change.
 */
import { crc32 } from 'node:zlib';

export const FRAME_HEADER_BYTES = 20;
const MAGIC = 0x5ec1;

export const FRAME = { open: 1, chunk: 2, close: 3, end: 4 } as const;
export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** A frame found in a segment; `payload` is a view of the segment's buffer. */
export type Frame = { type: FrameType; seq: number; payload: Buffer; offset: number };

/** Header (and length-prefixed JSON, if `meta` is given) of a frame whose raw bytes are `body`. */
export function encodeFrameHead(
  type: FrameType,
  seq: number,
  meta: object | undefined,
  body: Uint8Array,
): Buffer {
  const json = meta === undefined ? '' : JSON.stringify(meta);
  const jsonBytes = meta === undefined ? 0 : Buffer.byteLength(json);
  const prefix = meta === undefined ? 0 : 4 + jsonBytes;
  const head = Buffer.allocUnsafe(FRAME_HEADER_BYTES + prefix);
  head.writeUInt16LE(MAGIC, 0);
  head.writeUInt16LE(type, 2);
  head.writeUInt32LE(prefix + body.length, 4);
  head.writeUInt32LE(seq >>> 0, 8);
  head.writeUInt32LE(Math.floor(seq / 2 ** 32), 12);
  if (meta !== undefined) {
    head.writeUInt32LE(jsonBytes, FRAME_HEADER_BYTES);
    head.write(json, FRAME_HEADER_BYTES + 4, 'utf8');
  }
  let sum = crc32(head.subarray(0, 16));
  sum = crc32(head.subarray(FRAME_HEADER_BYTES), sum);
  if (body.length > 0) sum = crc32(body, sum);
  head.writeUInt32LE(sum, 16);
  return head;
}

/** The frame at `offset`, or undefined if none whole and sound begins there; under a right tag all are sound. */
export function findFrameAt(buffer: Buffer, offset: number, isSealed = false): Frame | undefined {
  if (offset + FRAME_HEADER_BYTES > buffer.length || buffer.readUInt16LE(offset) !== MAGIC) return undefined;
  const type = buffer.readUInt16LE(offset + 2);
  const length = buffer.readUInt32LE(offset + 4);
  const start = offset + FRAME_HEADER_BYTES;
  if (type < FRAME.open || type > FRAME.end || start + length > buffer.length) return undefined;
  const payload = buffer.subarray(start, start + length);
  const isSound = isSealed || sumOf(buffer, offset, payload) === buffer.readUInt32LE(offset + 16);
  if (!isSound) return undefined;
  const seq = buffer.readUInt32LE(offset + 8) + buffer.readUInt32LE(offset + 12) * 2 ** 32;
  return { type: type as FrameType, seq, payload, offset };
}

function sumOf(buffer: Buffer, offset: number, payload: Buffer): number {
  return crc32(payload, crc32(buffer.subarray(offset, offset + 16)));
}

/** The sound frames of a segment's plain text, and how many bytes belonged to none (torn or corrupted). */
export function parseFrames(buffer: Buffer, isSealed = false): { frames: Frame[]; damagedBytes: number } {
  const frames: Frame[] = [];
  let damagedBytes = 0;
  let offset = 0;
  while (offset < buffer.length) {
    const frame = findFrameAt(buffer, offset, isSealed);
    if (frame) {
      frames.push(frame);
      offset += FRAME_HEADER_BYTES + frame.payload.length;
      continue;
    }
    const next = buffer.indexOf(MAGIC_BYTES, offset + 1);
    const end = next === -1 ? buffer.length : next;
    damagedBytes += end - offset;
    offset = end;
  }
  return { frames, damagedBytes };
}

const MAGIC_BYTES = Buffer.from([MAGIC & 0xff, MAGIC >> 8]);

/** JSON object and raw bytes of an OPEN, CLOSE or END payload. */
export function splitPayload(payload: Buffer): { meta: unknown; body: Buffer } {
  const length = payload.readUInt32LE(0);
  return {
    meta: JSON.parse(payload.toString('utf8', 4, 4 + length)),
    body: payload.subarray(4 + length),
  };
}
