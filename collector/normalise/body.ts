/** Captured bodies back to text: content encodings undone, never to more than a bound. */
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

const MAX_DECODED_BYTES = 256 * 1024 ** 2;
const OPTIONS = { maxOutputLength: MAX_DECODED_BYTES };

/** The bytes without their content encoding, or undefined where it is unknown, broken, cut off or too large. */
export function findDecoded(bytes: Buffer, encoding: string): Buffer | undefined {
  try {
    switch (encoding.trim().toLowerCase()) {
      case '':
      case 'identity':
        return bytes;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(bytes, OPTIONS);
      case 'deflate':
        return inflateSync(bytes, OPTIONS);
      case 'br':
        return brotliDecompressSync(bytes, OPTIONS);
      case 'zstd':
        return zstdDecompressSync(bytes, OPTIONS);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

/** The JSON object in `bytes`, or undefined. */
export function findJsonObject(bytes: Buffer | undefined): Record<string, unknown> | undefined {
  if (!bytes || bytes.length === 0) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
