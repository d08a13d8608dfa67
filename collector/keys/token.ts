/** The texts of API keys and ingest tokens: a prefix, 43 base62 characters, and a checksum that finds typing errors. */
import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { deriveKey } from './derive.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BODY_LENGTH = 43;
const SUM_LENGTH = 6;

export const API_KEY_PREFIX = 'sk-sekisho-';
export const INGEST_TOKEN_PREFIX = 'it-';

type Prefix = typeof API_KEY_PREFIX | typeof INGEST_TOKEN_PREFIX;

function toBase62(bytes: Uint8Array, length: number): string {
  let value = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
  let text = '';
  for (let i = 0; i < length; i++) {
    text = ALPHABET[Number(value % 62n)] + text;
    value /= 62n;
  }
  return text;
}

function checksum(text: string): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(text));
  return toBase62(sum, SUM_LENGTH);
}

/** A new token of `prefix` from 32 random bytes, or from the given ones (a derived first key). */
export function createToken(prefix: Prefix, bytes: Uint8Array = randomBytes(32)): string {
  const body = prefix + toBase62(bytes, BODY_LENGTH);
  return body + checksum(body);
}

/** Whether `token` has the shape and the checksum of one of ours; says nothing of its being known. */
export function isWellFormedToken(prefix: Prefix, token: string): boolean {
  if (token.length !== prefix.length + BODY_LENGTH + SUM_LENGTH || !token.startsWith(prefix)) return false;
  return checksum(token.slice(0, -SUM_LENGTH)) === token.slice(-SUM_LENGTH);
}

/** What is stored of a token: its HMAC-SHA256 in hex under a key derived from the secret. */
export function hashToken(secret: string, token: string): string {
  return createHmac('sha256', deriveKey(secret, 'token-hash')).update(token).digest('hex');
}
