/**
 * Segment files: `<spool>/<writer>/<n>.seg`. A 40-byte plain header, then frames under one streaming AES-256-GCM
 * cipher, then (only when closed in order) the 16-byte tag. Key: HKDF of the secret per writer; nonce: n; additional
 * data: the header. A segment without END and tag is torn, and judged frame by frame by its CRCs.
 */
import { createCipheriv, createDecipheriv, type CipherGCM } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deriveKey } from '../keys/derive.ts';
import { FRAME, parseFrames, splitPayload, type Frame } from './frame.ts';

const MAGIC = 'SKSG';
const VERSION = 1;
export const SEGMENT_HEADER_BYTES = 40;
export const SEGMENT_TAG_BYTES = 16;

/** What END says. `received_at`: milliseconds since the epoch, frozen here for every row of the batch. */
export type SegmentEnd = { received_at: number; calls: number };

export type Segment = {
  n: number;
  frames: Frame[];
  /** True when END and a right tag were found. */
  closed: boolean;
  /** From END, else the file's last change: the same at every later reading. */
  receivedAt: number;
  damagedBytes: number;
  fileBytes: number;
  /** What the frames' payloads are views of. */
  text: Buffer;
};

/** Path of segment `n` of a writer's folder; names sort as numbers do. */
export function segmentPath(folder: string, n: number): string {
  return join(folder, `${String(n).padStart(10, '0')}.seg`);
}

/** The number in a segment's file name, or undefined for any other file. */
export function findSegmentNumber(name: string): number | undefined {
  const match = /^(\d{10,})\.seg$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** The key that seals all segments of `writer` (32 hex digits). */
export function writerKey(secret: string, writer: string): Buffer {
  return deriveKey(secret, `spool:${writer}`);
}

export function encodeSegmentHeader(writer: string, n: number, createdAt: number): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  header.write(MAGIC, 0, 'latin1');
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt32LE(n, 8);
  header.writeDoubleLE(createdAt, 16);
  header.write(writer, 24, 'hex');
  return header;
}

function nonceOf(n: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(n, 8);
  return nonce;
}

/** The streaming cipher of segment `n`. */
export function createSegmentCipher(key: Buffer, n: number, header: Buffer): CipherGCM {
  return createCipheriv('aes-256-gcm', key, nonceOf(n)).setAAD(header);
}

/** Plain text of `length` bytes at `offset` after the header: GCM is counter mode, so any block can be reached. */
export function decryptAt(key: Buffer, n: number, offset: number, cipherText: Buffer): Buffer {
  const iv = Buffer.alloc(16);
  nonceOf(n).copy(iv);
  iv.writeUInt32BE(2 + Math.floor(offset / 16), 12);
  const skip = offset % 16;
  const decipher = createDecipheriv('aes-256-ctr', key, iv);
  if (skip > 0) decipher.update(Buffer.alloc(skip));
  return decipher.update(cipherText);
}

function parseEnd(frames: Frame[]): SegmentEnd | undefined {
  const last = frames.at(-1);
  return last?.type === FRAME.end ? (splitPayload(last.payload).meta as SegmentEnd) : undefined;
}

function decryptClosed(key: Buffer, n: number, file: Buffer): Buffer | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(n));
    decipher.setAAD(file.subarray(0, SEGMENT_HEADER_BYTES));
    decipher.setAuthTag(file.subarray(-SEGMENT_TAG_BYTES));
    const plain = decipher.update(file.subarray(SEGMENT_HEADER_BYTES, -SEGMENT_TAG_BYTES));
    decipher.final();
    return plain;
  } catch {
    return undefined; // the tag does not fit: torn or altered
  }
}

let scratch = Buffer.alloc(0);

/** A file's bytes in a buffer that the next call uses again: fresh memory costs more than the reading. */
function readWhole(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(Math.ceil(size * 1.25));
    let length = 0;
    for (let read = -1; length < size && read !== 0; length += read) {
      read = readSync(fd, scratch, length, size - length, length);
    }
    return scratch.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

/** Reads segment `n` of `folder`, whatever its state; only an unreadable file throws. */
export function readSegment(folder: string, n: number, key: Buffer): Segment {
  const path = segmentPath(folder, n);
  const file = readWhole(path);
  const isWhole = file.length >= SEGMENT_HEADER_BYTES + SEGMENT_TAG_BYTES;
  const plain = isWhole ? decryptClosed(key, n, file) : undefined;
  const text = plain ?? decryptAt(key, n, 0, file.subarray(SEGMENT_HEADER_BYTES));
  const fileBytes = file.length;
  const { frames, damagedBytes } = parseFrames(text, plain !== undefined);
  const end = plain ? parseEnd(frames) : undefined;
  return {
    n,
    frames: frames.filter((frame) => frame.type !== FRAME.end),
    closed: end !== undefined,
    receivedAt: end?.received_at ?? Math.floor(statSync(path).mtimeMs),
    damagedBytes,
    fileBytes,
    text,
  };
}
