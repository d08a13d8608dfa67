/** Answers of the gateway's own: errors in OpenAI's shape, recorded like any other answer. */
import type { ServerResponse } from 'node:http';
import type { AppError } from '../../errors.ts';
import type { Capture } from './capture.ts';

/** Seconds in which a console that was restarted is back. */
const CONSOLE_BACK_S = '1';

/** Writes `error` to the client; with `capture`, once its record is written. */
export function respondError(
  response: ServerResponse,
  error: AppError,
  traceId?: string,
  capture?: Capture,
): void {
  const { body, headers } = toAnswer(error);
  const send = (): void => {
    if (response.headersSent || response.destroyed) return void response.destroy();
    response.writeHead(error.status, { ...headers, ...(traceId ? { 'x-sekisho-trace-id': traceId } : {}) });
    response.end(body);
  };
  if (!capture) return send();
  recordError(capture, error, send);
}

/** Ends a record by `error`, as though it had been answered; `done` runs once that is written. */
export function recordError(capture: Capture, error: AppError, done: () => void): void {
  const { body, headers } = toAnswer(error);
  capture.started(headers);
  capture.data(body);
  capture.close({ outcome: 'error', status: error.status, error_type: error.code }, done);
}

function toAnswer(error: AppError): { body: Buffer; headers: Record<string, string> } {
  const body = Buffer.from(JSON.stringify(error.toBody()));
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
  if (error.code !== 'console_unavailable') return { body, headers };
  return { body, headers: { ...headers, 'retry-after': CONSOLE_BACK_S } };
}
