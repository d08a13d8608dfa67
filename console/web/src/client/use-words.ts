/** Errors in the reader's language. */
import { useI18n } from 'vue-i18n';
import type { ApiError } from './api-error.ts';

/** Codes with words of their own in both languages; for others the server's own (English) message is shown. */
const WORDED = new Set([
  'network',
  'unreadable',
  'not_signed_in',
  'wrong_credentials',
  'forbidden',
  'not_found',
  'already_exists',
  'revision_conflict',
  'invalid_body',
  'invalid_query',
  'too_many_attempts',
  'internal_error',
  'store_unavailable',
  'query_timeout',
  'upstream_unreachable',
]);

/** A function from an error to one sentence a person can act on. */
export function useErrorWords(): (error: ApiError) => string {
  const { t } = useI18n();
  return (error) => (WORDED.has(error.code) ? t(`errors.${error.code}`) : error.message);
}
