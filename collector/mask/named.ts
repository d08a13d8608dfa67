/**
 * Secrets that are told by the name before them: `password=...`, `"api_key": "..."`, パスワード：.... Source: the generic
 * rules of gitleaks and detect-secrets, tightened for prose.
 */
import type { Detector, Found } from './detector.ts';

const PASSWORD = 'pass(?:word|wd|phrase|code)|(?<![A-Za-z])pwd|パスワード|暗証番号';
const OTHER =
  '(?:api|access|secret|private|encryption|signing)[_ -]?key|secret[_-]?access[_-]?key|client[_-]?secret|(?:api|access|auth|refresh|session)[_-]?token|シークレット|アクセスキー';
const NAME = new RegExp(`(?<password>${PASSWORD})|(?:${OTHER})`, 'gi');
/** The sign between name and value, with what quoting there is around it (twice where JSON is in JSON). */
const SIGN =
  /[\\"'`]{0,4}\s{0,3}(?<sign>=>|:=|[:=：＝]|(?<=[ド号トー])は)(?<gap>\s{0,3})(?<quote>[\\"'`「『]{0,4})/y;
/** Without spaces, and ASCII: in Japanese the sentence goes on right behind it. */
const BARE = /[!#$%*+./0-9:=?@A-Z^_a-z|~-]{4,256}/y;
const QUOTED = /[^\n"'`\\「」『』[\]{}]{4,256}/y;

/** What stands there when nothing is told. */
const PLACEHOLDER =
  /^(?:[*•x.#_-]+|null|nil|none|true|false|undefined|string|text|hidden|redacted|required|optional|your.*|<.*|\$.*|%.*|\/.*)$/i;
/** Code that reads it from elsewhere. */
const EXPRESSION = /^(?:process|os|env|config|settings|options|self|this|args?|req|request|user|data)\./;

/** Whether `name`, a whole member name of an object, is that of a password or another secret. */
export function kindOfName(name: string): 'password' | 'named_secret' | undefined {
  if (name.length > 60) return undefined;
  const match = [...name.matchAll(NAME)].at(-1);
  // Of `password_hint_enabled` and `api_key_count` the name is not that of the secret.
  if (!match || match.index + match[0].length !== name.length) return undefined;
  return match.groups?.['password'] === undefined ? 'named_secret' : 'password';
}

export const isPlaceholder = (value: string): boolean => PLACEHOLDER.test(value);

export const detectNamed: Detector = function* (text) {
  for (const match of text.matchAll(NAME)) {
    const found = findValue(text, match.index + match[0].length, match.groups?.['password'] !== undefined);
    if (found) yield found;
  }
};

function findValue(text: string, from: number, isPassword: boolean): Found | undefined {
  const sign = matchAt(SIGN, text, from);
  if (!sign) return undefined;
  const start = from + sign[0].length;
  const value = matchAt(sign.groups?.['quote'] ? QUOTED : BARE, text, start)?.[0];
  if (value === undefined || isPlaceholder(value) || EXPRESSION.test(value)) return undefined;
  if (text[start + value.length] === '(') return undefined;
  // `password=abc` is an assignment; after a colon or a gap follows prose as often as a secret.
  const isAssigned = sign.groups?.['sign'] === '=' && sign.groups['gap'] === '';
  const hasDigit = /\d/.test(value);
  const fits = isPassword
    ? isAssigned || (hasDigit && isAscii(value)) || /[!@#$%^&*~?+]/.test(value.slice(0, -1))
    : hasDigit && value.length >= 8 && isAscii(value) && !value.includes(' ');
  if (!fits) return undefined;
  return { kind: isPassword ? 'password' : 'named_secret', start, end: start + value.length };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
