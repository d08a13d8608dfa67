import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { API_KEY_PREFIX, createToken } from '../../../collector/keys/token.ts';
import { createAuthenticate } from '../../../gateway/steps/authenticate.ts';
import { createRegistry, KEY, SECRET, TOKEN } from './kit.ts';

const BY_KEY = { project_id: 'proj_1', key_id: 'key_1', way: 'key' };
const BY_TOKEN = { project_id: 'proj_1', key_id: 'key_2', way: 'passthrough' };
const CHAT = '/v1/chat/completions';

function authenticate(url: string, headers: Record<string, string> = {}, registry = createRegistry()) {
  return createAuthenticate(SECRET, registry)({ url, headers } as unknown as IncomingMessage);
}

describe('a Sekisho key', () => {
  it.each([
    ['authorization', `Bearer ${KEY}`],
    ['authorization', `bearer   ${KEY} `],
    ['x-api-key', KEY],
    ['api-key', KEY],
  ])('is taken from %s: %s', (name, value) => {
    expect(authenticate(`${CHAT}?a=1&b=?`, { [name]: value })).toEqual({
      principal: BY_KEY,
      path: CHAT,
      query: 'a=1&b=?',
    });
  });

  it.each([
    ['none', {}],
    ['another', { authorization: `Bearer ${createToken(API_KEY_PREFIX)}` }],
    ['one that goes on', { authorization: `Bearer ${KEY}x` }],
    ['not as a bearer', { authorization: KEY }],
    ['an ingest token in its place', { authorization: `Bearer ${TOKEN}` }],
    ['empty', { authorization: 'Bearer ' }],
  ])('is needed: %s', (_name, headers: Record<string, string>) => {
    expect(authenticate(CHAT, headers).principal).toBeUndefined();
  });

  it('in the second place counts where the first is of another scheme', () => {
    expect(authenticate(CHAT, { authorization: 'Basic eA==', 'x-api-key': KEY }).principal).toEqual(BY_KEY);
  });

  it('that was revoked is not believed a moment longer', () => {
    const registry = createRegistry();
    const check = createAuthenticate(SECRET, registry);
    const request = { url: CHAT, headers: { 'x-api-key': KEY } } as unknown as IncomingMessage;
    expect(check(request).principal).toEqual(BY_KEY);
    registry.load({ seq: 4, head: '', entries: [] });
    expect(check(request).principal).toBeUndefined();
  });
});

describe('an ingest token', () => {
  it('is taken from the path, which goes on behind it', () => {
    expect(authenticate(`/k/${TOKEN}${CHAT}?x=/k/`)).toEqual({
      principal: BY_TOKEN,
      path: CHAT,
      query: 'x=/k/',
    });
    expect(authenticate(`/k/${TOKEN}`)).toEqual({ principal: BY_TOKEN, path: '/', query: '' });
  });

  it('is enough beside the app’s own provider key', () => {
    const headers = { authorization: 'Bearer sk-proj-of-the-app' };
    expect(authenticate(`/k/${TOKEN}/v1/models`, headers).principal).toEqual(BY_TOKEN);
  });

  it.each([
    ['authorization', `Bearer ${KEY}`],
    ['authorization', `bearer ${KEY}`],
    ['x-api-key', KEY],
    ['api-key', KEY],
  ])('does not carry a Sekisho key in %s to the provider', (name, value) => {
    expect(authenticate(`/k/${TOKEN}${CHAT}`, { [name]: value }).principal).toBeUndefined();
    // nor where another header has what the provider wants
    const headers = { authorization: 'Bearer sk-proj-of-the-app', 'x-api-key': 'sk-proj', [name]: value };
    expect(authenticate(`/k/${TOKEN}${CHAT}`, headers).principal).toBeUndefined();
  });

  it.each([
    ['unknown', `/k/it-unknown${CHAT}`],
    ['a key in its place', `/k/${KEY}${CHAT}`],
    ['escaped', `/k/${TOKEN.replace('i', '%69')}${CHAT}`],
    ['with an escaped slash behind', `/k/${TOKEN}%2Fv1/chat/completions`],
    ['missing', `/k/${CHAT}`],
    ['behind two slashes', `//k/${TOKEN}${CHAT}`],
    ['elsewhere', `/v1/k/${TOKEN}${CHAT}`],
  ])('is not found: %s', (_name, url) => {
    expect(authenticate(url).principal).toBeUndefined();
  });
});

describe('the path', () => {
  it.each([
    '/v1%2Fchat/completions',
    '//v1/chat/completions',
    '/v1//chat/completions',
    '/v1/chat%2Fcompletions',
    '/V1/x',
  ])('is never decoded nor tidied up: %s', (url) => {
    expect(authenticate(url, { 'x-api-key': KEY })).toEqual({ principal: BY_KEY, path: url, query: '' });
    expect(authenticate(`/k/${TOKEN}${url}`).path).toBe(url);
  });
});

describe('memory', () => {
  it('is not filled by senders of long or many made-up keys', () => {
    const check = createAuthenticate(SECRET, createRegistry());
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 4000; i++) {
      const key = Buffer.alloc(8000, String(i).padStart(8, '0')).toString('latin1');
      check({ url: CHAT, headers: { 'x-api-key': key } } as unknown as IncomingMessage);
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(25_000_000);
  });
});
