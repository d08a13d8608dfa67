/** Whoever sends a text must not decide how long masking takes: a megabyte of the worst for each detector. */
import { describe, expect, it } from 'vitest';
import { mask, maskJson } from '../../../collector/mask/mask.ts';
import { TOKEN_SHAPES } from '../../../collector/mask/token-shapes.ts';
import { BARE_SECRETS, IN_CONTEXT } from './secrets.ts';

const SIZE = 1_000_000;
/** Generous: the machine is slow and busy. Quadratic work on a megabyte takes minutes. */
const LIMIT_MS = 4_000;
const fill = (piece: string): string => piece.repeat(Math.ceil(SIZE / piece.length)).slice(0, SIZE);

const PIECES: readonly string[] = [
  ...TOKEN_SHAPES.flatMap(({ marks }) =>
    marks.flatMap((mark) => [mark, `-${mark}`, `${mark}a`, ` ${mark}aaaa`]),
  ),

  'a',
  '1',
  ' ',
  '@',
  'a@',
  'a@a.',
  '@a.b',
  'a.',
  '.',
  '-',
  '\\',
  '"',
  '1 ',
  '1-',
  '4111 ',
  '4111111111111111 ',

  'AKIA',
  `AKIA${'A'.repeat(16)} `,
  `AKIA${'A'.repeat(16)}${' aB3/'.repeat(9)}`,
  'a/',
  'eyJa.',
  'eyJaaaaaaaaaaa.',

  '-----BEGIN PRIVATE KEY-----',
  '-----END PRIVATE KEY-----',
  '-----BEGIN ',
  '-----BEGIN A PRIVATE KEY-----\naa',

  '://',
  '://a:',
  '://a:b',
  'http://a:b@',
  'Bearer ',
  'Bearer aaaaaaaaaaaaaaaa ',
  'Authorization: Basic ',

  'password',
  'password=',
  'password: ',
  'password="',
  'pwd=a',
  'api_key:',
  'パスワードは',
  'AccountKey=',
  'AccountKey=a',
  '{',
  '[',
  '{"a":',
  '[[',
  '４',
  '＠',
  '関所',
  '\u{1f3ef}',
];

describe('a megabyte', () => {
  it.each(PIECES)('of %j is masked in time in proportion to it', (piece) => {
    const text = fill(piece);
    const started = performance.now();
    mask(text);
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
  });

  it('of secrets, too, all of which are found', () => {
    const all = [...BARE_SECRETS.map(([, secret]) => secret), ...IN_CONTEXT.map(([text]) => text)].join(
      '\n\n',
    );
    const once = Object.values(mask(all).counts).reduce((sum, count) => sum + count, 0);
    const times = Math.floor(SIZE / all.length);
    const started = performance.now();
    const { counts } = mask(`${all}\n\n`.repeat(times));
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(once * times);
  });

  it.each([
    ['of members', JSON.parse(`{${fill('"a@b.jp":1,').replace(/,[^,]*$/, '')}}`) as unknown],
    ['of JSON in JSON', JSON.stringify(JSON.stringify(JSON.stringify([fill('["a@b.jp"]')])))],
  ])('%s is walked through once', (_name, value) => {
    const started = performance.now();
    maskJson({ value });
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
  });
});
