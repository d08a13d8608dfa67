/**
 * Step: who may address this server at all. Loopback is no boundary (a web page can reach it), so a foreign Host, as
 * after DNS rebinding, and a foreign Origin are refused before anything else is looked at.
 */
import type { IncomingMessage } from 'node:http';
import { AppError } from '../../errors.ts';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** A check for requests to a server known by `hosts` besides the loopback names. @throws AppError */
export function createHostGuard(hosts: readonly string[]) {
  const allowed = new Set([...LOOPBACK, ...hosts]);
  // Bound to every interface, it is reached by names we cannot know.
  const isOpen = allowed.has('0.0.0.0') || allowed.has('[::]') || allowed.has('::');

  return function guardHost(request: IncomingMessage): void {
    const hostHeaders = request.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
    const host = nameOf(request.headers.host ?? '');
    if (hostHeaders.length > 1 || (!isOpen && !allowed.has(host))) {
      throw new AppError(
        'host_not_allowed',
        'This server does not answer to that host name. Set SEKISHO_PUBLIC_URL.',
      );
    }
    const { origin } = request.headers;
    if (origin === undefined || origin === 'null') return;
    if (!URL.canParse(origin) || new URL(origin).host !== request.headers.host) {
      throw new AppError('origin_not_allowed', 'Pages of other origins may not call this server.');
    }
  };
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}
