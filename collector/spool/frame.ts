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

/** The most bytes that `writeFrameHead` may need for `json`. */
export function frameHeadRoom(json: string | undefined): number {
  return FRAME_HEADER_BYTES + (json === undefined ? 0 : 4 + json.length * 3);
}

/**
 * Writes header and, if given, length-prefixed JSON of a frame whose raw bytes are `body`, which is to follow.
 * @returns bytes written to `into` from `at` on
 */
export function writeFrameHead(
  into: Buffer,
  at: number,
  frame: { type: FrameType; seq: number; json: string | undefined; body: Uint8Array },
): number {
  const { type, seq, json, body } = frame;
  const start = at + FRAME_HEADER_BYTES;
  let prefix = 0;
  if (json !== undefined) {
    prefix = 4 + into.write(json, start + 4, 'utf8');
    into.writeUInt32LE(prefix - 4, start);
  }
  into.writeUInt16LE(MAGIC, at);
  into.writeUInt16LE(type, at + 2);
  into.writeUInt32LE(prefix + body.length, at + 4);
  into.writeUInt32LE(seq >>> 0, at + 8);
  into.writeUInt32LE(Math.floor(seq / 2 ** 32), at + 12);
  let sum = crc32(into.subarray(at, at + 16));
  if (prefix > 0) sum = crc32(into.subarray(start, start + prefix), sum);
  if (body.length > 0) sum = crc32(body, sum);
  into.writeUInt32LE(sum, at + 16);
  return FRAME_HEADER_BYTES + prefix;
}

/** Header and JSON of one frame, as `writeFrameHead` writes them. */
export function encodeFrameHead(
  type: FrameType,
  seq: number,
  meta: object | undefined,
  body: Uint8Array,
): Buffer {
  const json = meta === undefined ? undefined : JSON.stringify(meta);
  const head = Buffer.allocUnsafe(frameHeadRoom(json));
  return head.subarray(0, writeFrameHead(head, 0, { type, seq, json, body }));
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
