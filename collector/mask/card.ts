/**
 * Numbers of payment cards, bare or in the groups they are printed in, also in full-width digits. Source: ISO/IEC 7812
 * (issuer numbers and lengths), its annex B (Luhn's check digit).
 */
import type { Detector } from './detector.ts';

const D = '[0-9０-９]';
const GAP = '[ \\u3000‐－−-]';
const NUMBER = new RegExp(
  `(?<![A-Za-z0-9_.０-９])(?:${D}{14,19}|${D}{4}(${GAP})${D}{4}\\1${D}{4}\\1${D}{4}(?:\\1${D}{3})?|${D}{4}(${GAP})${D}{6}\\2${D}{4,5})(?![A-Za-z0-9_０-９])(?!\\.[0-9])`,
  'g',
);

type Brand = { first: RegExp; lengths: readonly number[] };
const BRANDS: readonly Brand[] = [
  // Visa (not its old 13 digits: the barcodes of Japan are such), Mastercard, American Express, JCB, Diners, Discover,
  // UnionPay
  { first: /^4/, lengths: [16, 19] },
  { first: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { first: /^3[47]/, lengths: [15] },
  { first: /^35(?:2[89]|[3-8])/, lengths: [16, 17, 18, 19] },
  { first: /^3(?:0[0-5]|[689])/, lengths: [14, 16] },
  { first: /^(?:6011|64[4-9]|65)/, lengths: [16, 19] },
  { first: /^62/, lengths: [16, 17, 18, 19] },
];

export const detectCards: Detector = function* (text) {
  for (const { 0: found, index } of text.matchAll(NUMBER)) {
    const digits = toDigits(found);
    if (isOfABrand(digits) && passesLuhn(digits)) {
      yield { kind: 'card', start: index, end: index + found.length };
    }
  }
};

/** Full-width digits are U+FF10 and on; everything that is no digit goes. */
const toDigits = (text: string): string => text.normalize('NFKC').replaceAll(/\D/g, '');

const isOfABrand = (digits: string): boolean =>
  BRANDS.some(({ first, lengths }) => lengths.includes(digits.length) && first.test(digits));

/** From the right every second digit doubled, its digits added up: the sum ends in 0. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 1 : 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
