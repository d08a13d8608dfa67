import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createHostGuard } from '../../../gateway/steps/guard-host.ts';

type Given = { host?: string | string[]; origin?: string };

function ask(hosts: string[], { host, origin }: Given): string {
  const all = [host ?? []].flat();
  const headers = {
    ...(all[0] === undefined ? {} : { host: all[0] }),
    ...(origin === undefined ? {} : { origin }),
  };
  const rawHeaders = ['Accept', 'host', ...all.flatMap((each, i) => [i === 0 ? 'Host' : 'hOST', each])];
  if (origin !== undefined) rawHeaders.push('Origin', origin);
  try {
    createHostGuard(hosts)({ headers, rawHeaders } as unknown as IncomingMessage);
    return 'served';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a host', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.1:4000',
    'localhost',
    'LocalHost:4000',
    '[::1]',
    '[::1]:4000',
    'gateway.example',
    'Gateway.Example:443',
    'myserver',
    '[fe80::1]:80',
  ])('of ours is served: %s', (host) => {
    expect(ask(['gateway.example', 'MyServer', 'fe80::1'], { host })).toBe('served');
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    'evil.example:127',
    '127.0.0.1.evil.example',
    '127.0.0.1:4000:80',
    'evil.example#localhost',
    'localhost@evil.example',
    '[::2]',
    '',
    undefined,
  ])('of somebody else’s is refused, as after DNS rebinding: %s', (host) => {
    expect(ask(['gateway.example'], host === undefined ? {} : { host })).toBe('host_not_allowed');
  });

  it('given twice is refused, though both be ours', () => {
    expect(ask([], { host: ['localhost', 'localhost'] })).toBe('host_not_allowed');
    expect(ask(['0.0.0.0'], { host: ['localhost', 'evil.example'] })).toBe('host_not_allowed');
  });

  it.each(['0.0.0.0', '::', '[::]'])('is any where we are bound to every interface: %s', (bound) => {
    expect(ask([bound], { host: 'whatever.example:4000' })).toBe('served');
  });
});

describe('an origin', () => {
  it.each([undefined, 'http://localhost:4000'])('that is ours is served: %s', (origin) => {
    expect(ask([], { host: 'localhost:4000', ...(origin ? { origin } : {}) })).toBe('served');
  });

  it.each([
    'null',
    'http://evil.example',
    'http://localhost:3000',
    'http://localhost',
    'not a url',
    'file://',
    '',
  ])('that is not is refused: %j', (origin) => {
    expect(ask([], { host: 'localhost:4000', origin })).toBe('origin_not_allowed');
  });
});
