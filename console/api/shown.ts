import { API_KEY_PREFIX, INGEST_TOKEN_PREFIX } from '../../collector/keys/token.ts';

/** What may be shown of a key for ever: its prefix, and four characters at either end to know it by. */
export function toShown(text: string): string {
  const prefix = [API_KEY_PREFIX, INGEST_TOKEN_PREFIX].find((start) => text.startsWith(start)) ?? '';
  return `${text.slice(0, prefix.length + 4)}…${text.slice(-4)}`;
}
