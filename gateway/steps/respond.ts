/** Answers of the gateway's own: errors in OpenAI's shape, recorded like any other answer. */
import type { ServerResponse } from 'node:http';
import type { AppError } from '../../errors.ts';
import type { Capture } from './capture.ts';

/** Writes `error` to the client; with `capture`, once its record is written. */
export function respondError(
  response: ServerResponse,
  error: AppError,
  traceId?: string,
  capture?: Capture,
): void {
  const body = Buffer.from(JSON.stringify(error.toBody()));
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
  const send = (): void => {
    if (response.headersSent || response.destroyed) return void response.destroy();
    response.writeHead(error.status, { ...headers, ...(traceId ? { 'x-sekisho-trace-id': traceId } : {}) });
    response.end(body);
  };
  if (!capture) return send();
  capture.started(headers);
  capture.data(body);
  capture.close({ outcome: 'error', status: error.status, error_type: error.code }, send);
}
