/** What ClickHouse or the way to it answered, as one error with one question answered: may the same be sent again? */

/**
 * Codes that mean the bytes themselves are wrong: sending them again cannot help. All else is worth another try, also
 * what only a person can mend (a password, a missing table, a full disk): the data waits.
 */
const WRONG_DATA: Record<number, string> = {
  6: 'CANNOT_PARSE_TEXT',
  27: 'CANNOT_PARSE_INPUT_ASSERTION_FAILED',
  32: 'ATTEMPT_TO_READ_AFTER_EOF',
  33: 'CANNOT_READ_ALL_DATA',
  36: 'BAD_ARGUMENTS',
  53: 'TYPE_MISMATCH',
  69: 'ARGUMENT_OUT_OF_BOUND',
  70: 'CANNOT_CONVERT_TYPE',
  117: 'INCORRECT_DATA',
  128: 'TOO_LARGE_ARRAY_SIZE',
  131: 'TOO_LARGE_STRING_SIZE',
  691: 'UNKNOWN_ELEMENT_OF_ENUM',
};

const AUTHENTICATION = new Set([192, 193, 194, 516]);
const TIMEOUTS = new Set([159, 160]);

/** A failed exchange with ClickHouse. `code` is the server's number, or 0 when no answer came. */
export class StoreError extends Error {
  override name = 'StoreError';
  readonly code: number;

  constructor(code: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }

  /** Whether sending the same again can succeed. */
  get retryable(): boolean {
    return !(this.code in WRONG_DATA);
  }

  /** Whether the server refused who asked. */
  get isAuthentication(): boolean {
    return AUTHENTICATION.has(this.code);
  }

  /** Whether the server stopped the query for its time. */
  get isTimeout(): boolean {
    return TIMEOUTS.has(this.code);
  }
}

/** Any error of the ClickHouse client as a StoreError. */
export function toStoreError(thrown: unknown): StoreError {
  if (thrown instanceof StoreError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = 'code' in error && /^\d+$/.test(String(error.code)) ? Number(error.code) : 0;
  const reason = error.message || ('code' in error ? String(error.code) : error.name);
  return new StoreError(code, `ClickHouse: ${reason}`, thrown);
}
