/**
 * Addresses of e-mail in ASCII, also where a Japanese text follows on directly or the sign is the full-width ＠. Source:
 * RFC 5321 4.5.3.1 (64 characters before the sign, 255 after it), RFC 1035 (labels).
 */
import type { Detector } from './detector.ts';

const SIGN = /[@＠]/g;
const LOCAL = /[A-Za-z0-9._%+'-]/;
const MAX_LOCAL = 64;
const DOMAIN = /[A-Za-z0-9.-]{1,255}/y;
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const TOP = /^(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})$/;
/** `logo@2x.png` is a picture. */
const FILE = /^(?:png|jpe?g|gif|svg|webp|avif|ico|css|js|ts|json|html?|pdf|mp[34])$/i;

export const detectEmail: Detector = function* (text) {
  for (const { index } of text.matchAll(SIGN)) {
    const start = localStart(text, index);
    if (start === index) continue;
    const length = domainLength(text, index + 1);
    if (length > 0) yield { kind: 'email', start, end: index + 1 + length };
  }
};

function localStart(text: string, sign: number): number {
  let start = sign;
  while (start > 0 && sign - start < MAX_LOCAL && LOCAL.test(text[start - 1] ?? '')) start--;
  // Quotes and dots around an address are no part of it.
  while (start < sign && /[.'-]/.test(text[start] ?? '')) start++;
  return start;
}

/** Of the longest name with a top level that starts at `from`; 0 where there is none. */
function domainLength(text: string, from: number): number {
  DOMAIN.lastIndex = from;
  const labels = (DOMAIN.exec(text)?.[0] ?? '').split('.');
  const valid = labels.findIndex((label) => !LABEL.test(label));
  const good = valid === -1 ? labels : labels.slice(0, valid);
  while (good.length > 1 && !TOP.test(good.at(-1) ?? '')) good.pop();
  return good.length > 1 && !FILE.test(good.at(-1) ?? '') ? good.join('.').length : 0;
}
