import { describe, expect, it } from 'vitest';
import { findFlatEntries, toConversation, unwrapJson } from '../../../console/web/src/call/conversation.ts';
import { toPretty, toTokens } from '../../../console/web/src/call/raw-body.ts';
import { findTokensPerSecond, toUsageRows } from '../../../console/web/src/call/usage.ts';
import { findTheirMessage, findWhatHappened } from '../../../console/web/src/call/what-happened.ts';
import { toCertificate } from '../../../console/web/src/health/certificate.ts';
import { toLocalPath } from '../../../console/web/src/session/local-path.ts';
import { passwordStrength } from '../../../console/web/src/session/password-strength.ts';
import { maskSecret, toSnippet, toSnippetText } from '../../../console/web/src/start/snippets.ts';
import { en } from '../../../console/web/src/messages/en.ts';
import { makeLongCall } from '../../web/kit/long-call.ts';

describe('a conversation', () => {
  const { input_messages, output_messages } = makeLongCall();

  it('shows a tool’s result with the call it answers, and not again', () => {
    const { folded, shown } = toConversation(input_messages, output_messages);
    const parts = [...folded, ...shown].flatMap((message) => message.parts);
    const tool = parts.find((part) => part.type === 'tool_call');
    expect(tool).toMatchObject({ name: 'find_order', result: { value: expect.stringContaining('ヤマト') } });
    expect(parts.some((part) => part.type === 'tool_call_response')).toBe(false);
  });

  it('folds what is older than the last three, but never a single message', () => {
    const text = (content: string) => ({ role: 'user', parts: [{ type: 'text' as const, content }] });
    const some = (count: number) => Array.from({ length: count }, (_none, index) => text(String(index)));
    expect(toConversation(some(4), []).folded).toHaveLength(0);
    expect(toConversation(some(5), []).folded).toHaveLength(2);
    expect(toConversation(some(5), some(1)).shown).toHaveLength(4);
  });

  it('keeps a result whose call is nowhere', () => {
    const lone = {
      role: 'tool',
      parts: [{ type: 'tool_call_response' as const, id: 'gone', response: 'x' }],
    };
    expect(toConversation([lone], []).shown).toHaveLength(1);
  });

  it('reads JSON in strings and flat objects as tables', () => {
    expect(unwrapJson('{"a":1}')).toEqual({ a: 1 });
    expect(unwrapJson('{oops')).toBe('{oops');
    expect(unwrapJson('42')).toBe('42');
    expect(findFlatEntries({ a: 1, b: null })).toEqual([
      ['a', '1'],
      ['b', 'null'],
    ]);
    expect(findFlatEntries({ a: { b: 1 } })).toBeUndefined();
    expect(findFlatEntries([1])).toBeUndefined();
  });
});

describe('what happened', () => {
  it.each([
    ['ok', 200, '', undefined],
    ['cancelled', 200, 'client_disconnected', 'cancelled'],
    ['interrupted', 0, 'interrupted', 'interrupted'],
    ['error', 401, '401', 'unauthorised'],
    ['error', 429, '429', 'rate_limited'],
    ['error', 418, '418', 'refused'],
    ['error', 500, '500', 'server_error'],
    ['error', 502, 'upstream_unreachable', 'unreachable'],
    ['error', 504, 'upstream_timeout', 'timeout'],
    ['error', 502, 'upstream_invalid_response', 'unreadable'],
    ['error', 200, 'server_error', 'broke_off'],
    ['error', 0, 'odd', 'failed'],
  ])('is told of %s %d %s', (status, http_status, error_type, happened) => {
    expect(findWhatHappened({ status, http_status, error_type })).toBe(happened);
    if (happened)
      expect(Object.keys(en.happened)).toEqual(expect.arrayContaining([happened, `${happened}_do`]));
  });

  it('quotes the usual error bodies and nothing else', () => {
    expect(findTheirMessage('{"error":{"message":"No such model"}}')).toBe('No such model');
    expect(findTheirMessage('{"error":"plain"}')).toBe('plain');
    expect(findTheirMessage('{"message":"flat"}')).toBe('flat');
    for (const odd of ['', 'null', '{}', '{"error":{"message":7}}', '<html>', '{"error":', '[1]']) {
      expect(findTheirMessage(odd)).toBeUndefined();
    }
  });
});

describe('raw bodies', () => {
  it('are indented where they are JSON and left alone where not', () => {
    expect(toPretty('{"a":[1]}')).toEqual({ text: '{\n  "a": [\n    1\n  ]\n}', isJson: true });
    expect(toPretty('data: {"a":1}\n\n')).toEqual({ text: 'data: {"a":1}\n\n', isJson: false });
  });

  it('lose nothing when they are cut into tokens', () => {
    const { text } = toPretty(JSON.stringify({ 'k"ey': 'a \\ "quoted": text', n: [1, true, null] }));
    const tokens = toTokens(text);
    expect(tokens.map((token) => token.text).join('')).toBe(text);
    expect(tokens.filter((token) => token.kind === 'key')).toHaveLength(2);
    expect(toTokens('x'.repeat(50_000))).toHaveLength(1);
  });
});

describe('usage', () => {
  it('puts parts below their whole and joins counts with costs', () => {
    const rows = toUsageRows(
      { output_tokens: 5, reasoning_tokens: 2, input_tokens: 9 },
      { input: '0.1', output: '0.2', odd: '1' },
    );
    expect(rows.map(({ kind, isPart, tokens, usd }) => [kind, isPart, tokens, usd])).toEqual([
      ['input', false, 9, '0.1'],
      ['output', false, 5, '0.2'],
      ['reasoning', true, 2, undefined],
      ['odd', false, undefined, '1'],
    ]);
  });

  it('says a speed only where there is one', () => {
    const call = { stream: true, duration_ms: 2000, ttft_ms: 1000, output_tokens: 50 };
    expect(findTokensPerSecond(call)).toBe('50');
    expect(findTokensPerSecond({ ...call, output_tokens: 3 })).toBe('3.0');
    expect(findTokensPerSecond({ ...call, ttft_ms: -1 })).toBeUndefined();
    expect(findTokensPerSecond({ ...call, stream: false })).toBeUndefined();
  });
});

describe('the certificate', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const writer = {
    last_seen_at: '2026-11-22T11:59:55Z',
    kind: 'alive',
    sent: 10,
    stored: 8,
    missing: 2,
    twice: 0,
    lost: {},
  };

  it('counts numbers of a living writer as on their way, of a silent one as missing', () => {
    expect(toCertificate([writer], now)).toMatchObject({ running: 2, missing: 0 });
    expect(toCertificate([{ ...writer, kind: 'bye' }], now)).toMatchObject({ running: 0, missing: 2 });
    expect(toCertificate([{ ...writer, last_seen_at: '2026-11-22T11:58:00Z' }], now)).toMatchObject({
      missing: 2,
    });
    expect(toCertificate([{ ...writer, lost: { quota: 3, disk: 1 } }], now)).toMatchObject({ lost: 4 });
  });
});

describe('entering', () => {
  it('returns to a path of this page only', () => {
    expect(toLocalPath('/p/x/calls?status=error')).toBe('/p/x/calls?status=error');
    for (const bad of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:alert(1)',
      '',
      undefined,
      ['/a'],
    ]) {
      expect(toLocalPath(bad)).toBe('/');
    }
  });

  it('hints at what makes a password strong', () => {
    expect(passwordStrength('short')).toBe('short');
    expect(passwordStrength('aaaaaaaaaaaaaaaa')).toBe('weak');
    expect(passwordStrength('123456789012')).toBe('weak');
    expect(passwordStrength('hanahanahana1', ['hana'])).toBe('weak');
    expect(passwordStrength('correct horse battery staple')).toBe('strong');
  });
});

describe('snippets', () => {
  const values = { base_url: 'http://127.0.0.1:4000/v1', api_key: 'sk-sekisho-abcdefghijklmnop' };

  it('change one line of an app, and copy only the new one', () => {
    for (const language of ['python', 'javascript'] as const) {
      const lines = toSnippet(language, values);
      expect(lines.filter(({ change }) => change === 'old')).toHaveLength(1);
      expect(lines.filter(({ change }) => change === 'new')).toHaveLength(1);
      expect(toSnippetText(lines)).toContain(values.base_url);
      expect(toSnippetText(lines)).toContain(values.api_key);
      expect(toSnippetText(lines)).not.toContain('OpenAI()');
    }
  });

  it('leave the app its own key where it keeps it', () => {
    for (const language of ['python', 'javascript', 'curl', 'env'] as const) {
      const text = toSnippetText(toSnippet(language, { ...values, api_key: undefined }));
      expect(text).not.toContain('sk-sekisho');
      expect(text).toContain(values.base_url);
    }
  });

  it('mask a secret whole when it is short', () => {
    expect(maskSecret(values.api_key)).toBe('sk-sekisho-abc••••••••mnop');
    expect(maskSecret('sk-short')).toBe('••••••••');
  });
});
