/**
 * Step: who may address this server at all. Loopback is no boundary (a web page can reach it), so a foreign Host, as
 * after DNS rebinding, and a foreign Origin are refused before anything else is looked at.
 */
import type { IncomingMessage } from 'node:http';
import { AppError } from '../../errors.ts';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** A check for requests to a server known by `hosts` besides the loopback names. @throws AppError */
export function createHostGuard(hosts: readonly string[]) {
  const allowed = new Set([...LOOPBACK, ...hosts.map(toHostName)]);
  // Bound to every interface, it is reached by names we cannot know.
  const isOpen = allowed.has('0.0.0.0') || allowed.has('[::]');

  return function guardHost(request: IncomingMessage): void {
    const host = request.headers.host ?? '';
    if (hasTwoHosts(request.rawHeaders) || !(isOpen || allowed.has(host) || allowed.has(nameOf(host)))) {
      throw new AppError(
        'host_not_allowed',
        'This server does not answer to that host name. Set SEKISHO_PUBLIC_URL.',
      );
    }
    const { origin } = request.headers;
    if (origin === undefined) return;
    if (!URL.canParse(origin) || new URL(origin).host !== request.headers.host) {
      throw new AppError('origin_not_allowed', 'Pages of other origins may not call this server.');
    }
  };
}

/** As a Host header has it: an address of IPv6 in brackets. */
function toHostName(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host.toLowerCase()}]` : host.toLowerCase();
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

/** Node keeps the first of two Host headers and says nothing; which one a proxy before us meant nobody knows. */
function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count > 1;
}
