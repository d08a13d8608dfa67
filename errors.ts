/**
 * The one error class and the one table of codes. Every error that leaves a room is an AppError; the codes are
 * documented in ERRORS.md, and a test keeps table, document and throw sites equal.
 */

type CodeEntry = { readonly status: number; readonly type: string };

const INVALID = 'invalid_request_error';
const UPSTREAM = 'upstream_error';

/** Every code: its HTTP status and its `type` in OpenAI's error body. */
export const ERROR_CODES = {
  invalid_json: { status: 400, type: INVALID },
  invalid_body: { status: 400, type: INVALID },
  invalid_query: { status: 400, type: INVALID },
  invalid_api_key: { status: 401, type: 'authentication_error' },
  not_signed_in: { status: 401, type: 'authentication_error' },
  wrong_credentials: { status: 401, type: 'authentication_error' },
  forbidden: { status: 403, type: 'permission_error' },
  host_not_allowed: { status: 403, type: 'permission_error' },
  origin_not_allowed: { status: 403, type: 'permission_error' },
  not_found: { status: 404, type: INVALID },
  method_not_allowed: { status: 405, type: INVALID },
  revision_conflict: { status: 409, type: INVALID },
  already_exists: { status: 409, type: INVALID },
  body_too_large: { status: 413, type: INVALID },
  unsupported_media_type: { status: 415, type: INVALID },
  too_many_attempts: { status: 429, type: 'rate_limit_error' },
  internal_error: { status: 500, type: 'server_error' },
  upstream_unreachable: { status: 502, type: UPSTREAM },
  upstream_invalid_response: { status: 502, type: UPSTREAM },
  console_unavailable: { status: 503, type: 'server_error' },
  capture_unavailable: { status: 503, type: 'server_error' },
  store_unavailable: { status: 503, type: 'server_error' },
  upstream_timeout: { status: 504, type: UPSTREAM },
  query_timeout: { status: 504, type: 'server_error' },
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** OpenAI's error body; all four members are always present, some codes add their own. */
export type ErrorBody = {
  error: { message: string; type: string; param: string | null; code: string };
};

/** An error meant for a caller. `message` is shown as it is: it never carries a secret or an upstream's text. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly param: string | null;
  /** Further members of the error body, for programs: the revision that is in the way. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { param?: string; cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.param = options.param ?? null;
    this.details = options.details ?? {};
  }

  /** HTTP status of this error's code. */
  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  /** OpenAI's error body for this error. */
  toBody(): ErrorBody {
    const { message, param, code, details } = this;
    return { error: { message, type: ERROR_CODES[code].type, param, code, ...details } };
  }
}

/** Any thrown value as an AppError; what was not meant for a caller becomes `internal_error` without its text. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError('internal_error', 'Something went wrong on our side. The server log has the reason.', {
    cause: thrown,
  });
}
