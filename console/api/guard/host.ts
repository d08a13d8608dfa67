/**
 * Refuses requests that name another host, or come from another site's page. Loopback is no boundary: any page in
 * a browser on this machine can reach it, also under a name that it makes resolve to 127.0.0.1 (DNS rebinding).
 */
import type { Request, RequestHandler } from 'express';
import { AppError } from '../../../errors.ts';
import type { Config } from '../../../config.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses a `Host` that is not one of ours; ports are of no matter. */
export function createHostGuard(config: Config): RequestHandler {
  const allowed = new Set(['127.0.0.1', 'localhost', '[::1]', toHostname(config.SEKISHO_HOST)]);
  if (config.SEKISHO_PUBLIC_URL) allowed.add(new URL(config.SEKISHO_PUBLIC_URL).hostname);
  return (request, _response, next) => {
    const name = /^(\[[\da-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(request.headers.host ?? '')?.[1];
    // Node keeps the first of two Host headers; a proxy before us may have looked at the second.
    const isOnly = request.rawHeaders.filter((text, i) => i % 2 === 0 && /^host$/i.test(text)).length === 1;
    if (isOnly && name && allowed.has(name.toLowerCase())) return next();
    throw new AppError(
      'host_not_allowed',
      'This host name is not one the console answers to; see SEKISHO_PUBLIC_URL.',
    );
  };
}

function toHostname(host: string): string {
  return host.includes(':') ? `[${host}]` : host.toLowerCase();
}

/** Refuses what another site's page sends: any foreign Origin, and any change that is not from our own page. */
export function createOriginGuard(config: Config): RequestHandler {
  return (request, _response, next) => {
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    const isChange = !SAFE_METHODS.has(request.method);
    const isForeign = origin !== undefined && !isOwnOrigin(config, request, origin);
    if (isForeign || (isChange && site !== undefined && site !== 'same-origin' && site !== 'none')) {
      throw new AppError('origin_not_allowed', 'This request comes from the page of another site.');
    }
    next();
  };
}

function isOwnOrigin(config: Config, request: Request, origin: string): boolean {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  const { host, protocol } = new URL(origin);
  // Behind a proxy that renames the host, the browser's origin is the public one.
  if (config.SEKISHO_PUBLIC_URL && new URL(config.SEKISHO_PUBLIC_URL).origin === origin) return true;
  return new URL(`${protocol}//${request.headers.host}`).host === host;
}

/** Whether the browser reached us by https, by what configuration lets us believe. */
export function isHttps(config: Config, request: Request): boolean {
  const { SEKISHO_PUBLIC_URL: url } = config;
  if (url?.startsWith('https:') && new URL(url).host === request.headers.host) return true;
  return config.SEKISHO_TRUST_PROXY && request.protocol === 'https';
}
