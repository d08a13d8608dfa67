/** The session cookie: `__Host-` where the browser came by https, since it is refused over plain http. */
import type { Request, Response } from 'express';
import type { Config } from '../../../config.ts';
import { SESSION_LIFETIME_S } from '../../../collector/registry/sessions.ts';
import { isHttps } from './host.ts';

const NAME = 'sekisho';

const nameFor = (secure: boolean): string => (secure ? `__Host-${NAME}` : NAME);

/** The session token that the request carries. */
export function findSessionToken(config: Config, request: Request): string | undefined {
  const name = nameFor(isHttps(config, request));
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value) return value;
  }
  return undefined;
}

/** Hands the browser its token, or takes it back where `token` is undefined. */
export function setSessionToken(
  config: Config,
  request: Request,
  response: Response,
  token: string | undefined,
): void {
  const secure = isHttps(config, request);
  response.cookie(nameFor(secure), token ?? '', {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure,
    maxAge: token ? SESSION_LIFETIME_S * 1000 : 0,
  });
}
