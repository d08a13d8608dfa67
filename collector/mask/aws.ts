/**
 * Access keys of AWS: the id by its prefix, and the secret that stands near it, which has no look of its own. Source:
 * AWS IAM identifiers (AKIA lasting, ASIA temporary; base32), secrets of 40 characters of base64.
 */
import type { Detector, Found } from './detector.ts';

const ID = /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9+/=])/g;
const SECRET = /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g;
/** How far from its id a secret may stand: the next line of a file, the next column of a table. */
const NEAR = 200;

/** Also the hash of a commit has 40 characters, but not letters of both cases. */
const isMixed = (text: string): boolean => /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text);

export const detectAwsKeys: Detector = function* (text) {
  if (!/A(?:KIA|SIA|BIA|CCA)/.test(text)) return;
  const ids = [...text.matchAll(ID)].map(({ index }) => index);
  if (ids.length === 0) return;
  for (const start of ids) yield { kind: 'aws_access_key_id', start, end: start + 20 } satisfies Found;
  let nearest = 0;
  for (const { 0: secret, index } of text.matchAll(SECRET)) {
    // Both lists run forward, so each id is passed once.
    while ((ids[nearest] ?? Infinity) < index - NEAR - 20) nearest++;
    if ((ids[nearest] ?? Infinity) <= index + 40 + NEAR && isMixed(secret)) {
      yield { kind: 'aws_secret_access_key', start: index, end: index + 40 } satisfies Found;
    }
  }
};
