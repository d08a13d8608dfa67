/** Headers of every answer. */
import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

/*
 * No inline script and nothing from elsewhere: recorded calls are full of other people's text, and an image in it
 * must not be able to carry a secret out.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'content-security-policy': CONTENT_SECURITY_POLICY,
};

/** Sets them, with an id by which a person can point at one request. */
export const setHeaders: RequestHandler = (_request, response, next) => {
  response.set(HEADERS).set('x-request-id', randomUUID());
  next();
};
