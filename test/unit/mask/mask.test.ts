import { describe, expect, it } from 'vitest';
import { mask, maskJson } from '../../../collector/mask/mask.ts';
import { BARE_SECRETS, IN_CONTEXT, INNOCENT, PEM } from './secrets.ts';

const AROUND: readonly (readonly [string, string])[] = [
  ['', ''],
  ['key: ', ', thanks'],
  ['"', '"'],
  ['キーは', 'です。'],
  ['{"a":"', '"}'],
  ['\n', '\n'],
  ['(', ')'],
];

describe('mask', () => {
  it.each(BARE_SECRETS)('finds a %s wherever it stands', (kind, secret) => {
    for (const [before, after] of AROUND) {
      const masked = mask(before + secret + after);
      expect(masked.text).toBe(`${before}[SECRET:${kind}]${after}`);
      expect(masked.counts).toEqual({ [kind]: 1 });
    }
  });

  it.each(IN_CONTEXT)('%s', (text, expected) => {
    expect(mask(text).text).toBe(expected);
    // Once more changes nothing, and finds nothing.
    expect(mask(expected)).toEqual({ text: expected, counts: {} });
  });

  it.each(INNOCENT)('leaves alone: %s', (text) => {
    expect(mask(text)).toEqual({ text, counts: {} });
  });

  it('counts by kind', () => {
    const { counts } = mask('a@b.jp, c@d.jp and 4111111111111111, password=hunter2');
    expect(counts).toEqual({ email: 2, card: 1, password: 1 });
  });

  it('takes a private key that was cut off, and nothing of the text after it', () => {
    const cut = PEM.slice(0, 400);
    expect(mask(`${cut}... and so on`).text).toMatch(/^\[SECRET:private_key\].{0,20}\.\.\. and so on$/s);
    expect(mask(JSON.stringify({ pem: PEM })).text).toBe('{"pem":"[SECRET:private_key]"}');
  });

  it('lets pictures in base64 pass as they are', () => {
    const bytes = Buffer.alloc(300_000);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 2654435761) >>> 13;
    const picture = `data:image/png;base64,${bytes.toString('base64')}`;
    expect(mask(picture)).toEqual({ text: picture, counts: {} });
  });
});

describe('maskJson', () => {
  it('masks every string, names of members too, and nothing else', () => {
    const value = {
      list: ['a@b.jp', 1, null, true],
      'c@d.jp': { deep: ['x', 'e@f.jp'] },
      big: 12345678901234,
    };
    expect(maskJson(value)).toEqual({
      value: { list: ['[EMAIL]', 1, null, true], '[EMAIL]': { deep: ['x', '[EMAIL]'] }, big: 12345678901234 },
      counts: { email: 3 },
    });
    expect(value.list[0]).toBe('a@b.jp');
  });

  it('keeps JSON in a string JSON, cards written as numbers too', () => {
    const call = { arguments: '{"to": "a@b.jp", "card": 4111111111111111, "note": "x"}' };
    expect(JSON.parse(maskJson(call).value.arguments)).toEqual({ to: '[EMAIL]', card: '[CARD]', note: 'x' });
    const untouched = { arguments: '{"n": 12345678901234567890,\n "m": 1.0}' };
    expect(maskJson(untouched)).toEqual({ value: untouched, counts: {} });
  });

  it('takes what stands under the name of a secret whole, but no schema of it', () => {
    const value = { password: 'correct horse battery', login: { api_key: 'abc', apiKey: ['hunter two'] } };
    expect(maskJson(value).value).toEqual({
      password: '[SECRET:password]',
      login: { api_key: 'abc', apiKey: ['[SECRET:named_secret]'] },
    });
    const schema = {
      properties: { password: { type: 'string', description: 'the password' } },
      required: ['password'],
    };
    expect(maskJson(schema)).toEqual({ value: schema, counts: {} });
    const masked = maskJson(value).value;
    expect(maskJson(masked)).toEqual({ value: masked, counts: {} });
  });

  it('keeps order, two names that are masked alike, and __proto__', () => {
    const value = JSON.parse('{"b":1,"a@b.jp":2,"c@d.jp":3,"__proto__":{"x":4},"a":5}') as object;
    const masked = maskJson(value).value;
    expect(JSON.stringify(masked)).toBe('{"b":1,"[EMAIL]":2,"[EMAIL] 2":3,"__proto__":{"x":4},"a":5}');
  });

  it('gets through any nesting', () => {
    let deep: unknown = 'a@b.jp';
    for (let i = 0; i < 200_000; i++) deep = [deep];
    let masked = maskJson(deep).value;
    while (Array.isArray(masked)) masked = masked[0] as unknown;
    expect(masked).toBe('[EMAIL]');
    expect(maskJson([`${'['.repeat(50_000)}"a@b.jp"${']'.repeat(50_000)}`]).counts).toEqual({ email: 1 });
  });
});
