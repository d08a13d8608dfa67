/** The first key and ingest token: derived from the secret, so that they can be printed again at every start. */
import { deriveKey } from './derive.ts';
import { API_KEY_PREFIX, createToken, INGEST_TOKEN_PREFIX } from './token.ts';

/** The key of the first project; `given` is SEKISHO_API_KEY. */
export function firstApiKey(secret: string, given?: string): string {
  return given ?? createToken(API_KEY_PREFIX, deriveKey(secret, 'first-api-key'));
}

/** The ingest token of the first project. */
export function firstIngestToken(secret: string): string {
  return createToken(INGEST_TOKEN_PREFIX, deriveKey(secret, 'first-ingest-token'));
}
