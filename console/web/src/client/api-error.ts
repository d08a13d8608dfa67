/** Any failed request: what the server said, or `network` where it could not be asked. */
export class ApiError extends Error {
  readonly status: number;
  /** A code of the server's table, or `network`, or `unreadable` for an answer that is not ours. */
  readonly code: string;
  readonly param: string | null;
  /** Finds the request in the server's log; '' where there was no answer. */
  readonly request_id: string;

  constructor(options: {
    status: number;
    code: string;
    message: string;
    param?: string | null;
    request_id?: string;
    cause?: unknown;
  }) {
    super(options.message, { cause: options.cause });
    this.name = 'ApiError';
    this.status = options.status;
    this.code = options.code;
    this.param = options.param ?? null;
    this.request_id = options.request_id ?? '';
  }
}

/** Any thrown value as an ApiError, so that pages have one shape to show. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError({ status: 0, code: 'unreadable', message, cause: thrown });
}

/** Whether `thrown` only says that its caller no longer wants the answer. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError';
}
