import { describe, expect, it } from 'vitest';
import { parseTraceparent } from '../../../gateway/steps/call.ts';
import {
  toClientHeaders,
  toRecordedRequestHeaders,
  toRecordedResponseHeaders,
  toUpstreamHeaders,
} from '../../../gateway/steps/headers.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('traceparent', () => {
  it.each([
    ['sampled', `00-${TRACE}-${SPAN}-01`],
    ['not sampled', `00-${TRACE}-${SPAN}-00`],
    ['a later version that says more', `cc-${TRACE}-${SPAN}-01-what-the-future-brings`],
  ])('is believed: %s', (_name, header) => {
    expect(parseTraceparent(header)).toEqual({ trace_id: TRACE, parent_span_id: SPAN });
  });

  it.each([
    ['none', undefined],
    ['empty', ''],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['no trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['no parent', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['too short', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['too long', `00-${TRACE}0-${SPAN}-01`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['flags and rubbish', `00-${TRACE}-${SPAN}-01x`],
    ['two of them', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['something before', ` 00-${TRACE}-${SPAN}-01`],
  ])('is not believed, a new trace begins: %s', (_name, header) => {
    const [one, two] = [parseTraceparent(header), parseTraceparent(header)];
    expect(one.parent_span_id).toBe('');
    expect(one.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(one.trace_id).not.toBe(TRACE);
    expect(two.trace_id).not.toBe(one.trace_id);
  });

  it('never runs out of new traces, nor gives one twice', () => {
    const ids = Array.from({ length: 2000 }, () => parseTraceparent(undefined).trace_id);
    expect(new Set(ids).size).toBe(2000);
  });
});

const HOP_BY_HOP = {
  connection: 'keep-alive, X-Hop , close',
  'keep-alive': 'timeout=5',
  'proxy-authenticate': 'Basic',
  'proxy-authorization': 'Basic eA==',
  'proxy-connection': 'keep-alive',
  te: 'trailers',
  trailer: 'x',
  'transfer-encoding': 'chunked',
  upgrade: 'websocket',
  'x-hop': 'named by Connection',
};
const OURS = {
  host: 'localhost',
  'content-length': '3',
  expect: '100-continue',
  cookie: 'session=1',
  forwarded: 'for=1.2.3.4',
  via: '1.1 x',
  'x-forwarded-for': '1.2.3.4',
  'x-sekisho-hop': 'forged',
  'x-sekisho-anything': 'x',
};
const CREDENTIALS = { authorization: 'Bearer sk-app', 'x-api-key': 'sk-app', 'api-key': 'sk-app' };
const THEIRS = {
  accept: 'application/json',
  'content-type': 'application/json',
  'user-agent': 'OpenAI/Python',
  'openai-organization': 'org',
  'x-stainless-lang': 'python',
  'x-session-id': 's1',
  traceparent: `00-${TRACE}-${SPAN}-01`,
  'x-many': ['a', 'b'],
};

describe('headers for the upstream', () => {
  const all = { ...HOP_BY_HOP, ...OURS, ...CREDENTIALS, ...THEIRS };

  it('are the client’s without those of the connection; our key takes the place of its credentials', () => {
    expect(toUpstreamHeaders(all, 'key', 'Bearer sk-ours')).toEqual({
      ...THEIRS,
      authorization: 'Bearer sk-ours',
    });
  });

  it('have no credentials at all where we have no key for it', () => {
    expect(toUpstreamHeaders(all, 'key', undefined)).toEqual(THEIRS);
  });

  it('keep the app’s own key on the way of pass-through, whatever key we have', () => {
    expect(toUpstreamHeaders(all, 'passthrough', 'Bearer sk-ours')).toEqual({ ...THEIRS, ...CREDENTIALS });
  });
});

describe('headers for the client', () => {
  it('are the upstream’s without those of the connection, and with the trace', () => {
    const answer = {
      'content-type': 'text/event-stream',
      'content-encoding': 'gzip',
      'content-length': '12',
      'set-cookie': ['a=1', 'b=2'],
      'x-request-id': 'r1',
      'x-sekisho-trace-id': 'somebody else’s',
    };
    expect(toClientHeaders({ ...HOP_BY_HOP, ...answer }, TRACE)).toEqual({
      ...answer,
      'x-sekisho-trace-id': TRACE,
    });
  });
});

describe('recorded headers', () => {
  it('of a request hold who and what is calling, and no credential', () => {
    const session = { 'x-user-id': 'u', 'thread-id': 't', 'x-tags': 'a,b', 'x-my-conversation-id': 'c' };
    const recorded = toRecordedRequestHeaders({
      ...HOP_BY_HOP,
      ...OURS,
      ...CREDENTIALS,
      ...THEIRS,
      ...session,
    });
    expect(recorded).toEqual({
      'user-agent': 'OpenAI/Python',
      'x-stainless-lang': 'python',
      'x-session-id': 's1',
      ...session,
    });
    expect(JSON.stringify(recorded)).not.toContain('sk-app');
    expect(toRecordedRequestHeaders({ 'x-tags': ['a', 'b'] })).toEqual({ 'x-tags': 'a, b' });
    // only another type than that of nearly all
    const other = { 'content-type': 'multipart/form-data; boundary=x' };
    expect(toRecordedRequestHeaders(other)).toEqual(other);
  });

  it('of an answer hold what helps, and no cookie', () => {
    const answer = { 'content-type': 'text/plain', 'x-request-id': 'r', 'set-cookie': ['a=1'], server: 'x' };
    expect(toRecordedResponseHeaders(answer)).toEqual({ 'content-type': 'text/plain', 'x-request-id': 'r' });
  });
});
