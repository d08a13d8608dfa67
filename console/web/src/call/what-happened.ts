/** What became of a call that did not end well, as the name of a sentence below `happened.`. */
type Ended = { status: string; http_status: number; error_type: string };

const BY_STATUS: Record<number, string> = {
  400: 'refused',
  401: 'unauthorised',
  403: 'forbidden',
  404: 'unknown_model',
  408: 'timeout',
  409: 'refused',
  413: 'too_large',
  422: 'refused',
  429: 'rate_limited',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
};

/** undefined for a call that ended well. */
export function findWhatHappened({ status, http_status, error_type }: Ended): string | undefined {
  if (status === 'ok') return undefined;
  if (status === 'cancelled' || status === 'interrupted') return status;
  if (/unreachable|ECONN|ENOTFOUND|EAI_AGAIN/i.test(error_type)) return 'unreachable';
  if (/time_?out/i.test(error_type)) return 'timeout';
  if (/invalid_response|invalid_json_from/i.test(error_type)) return 'unreadable';
  const known = BY_STATUS[http_status];
  if (known) return known;
  if (http_status >= 500) return 'server_error';
  if (http_status >= 400) return 'refused';
  return http_status >= 200 && http_status < 300 ? 'broke_off' : 'failed';
}

const MAX_PARSED = 100_000;

/** The words of whoever answered with an error, from an error body of the usual shapes. */
export function findTheirMessage(responseRaw: string): string | undefined {
  if (responseRaw.length > MAX_PARSED || !responseRaw.trimStart().startsWith('{')) return undefined;
  try {
    const body = JSON.parse(responseRaw) as { error?: { message?: unknown } | string; message?: unknown };
    const message = typeof body.error === 'object' ? body.error?.message : (body.error ?? body.message);
    return typeof message === 'string' && message !== '' ? message : undefined;
  } catch {
    return undefined;
  }
}
