/** Credentials of HTTP: `Bearer` and `Basic`. Source: RFC 6750 (b64token), RFC 7617. */
import { type Detector, findAll } from './detector.ts';

/** Of some length and with a digit: in prose `bearer` is followed by words. */
const BEARER =
  /(?<![A-Za-z0-9])[Bb]earer[ \t]{1,4}(?<secret>(?=[^\s"']{0,200}?\d)[A-Za-z0-9._~+/-]{16,}={0,2})/g;
const BASIC =
  /(?<![A-Za-z0-9])[Aa]uthorization["']?\s{0,2}[:=]\s{0,2}["']?Basic[ \t]{1,4}(?<secret>[A-Za-z0-9+/]{8,}={0,2})/g;

export const detectBearer: Detector = (text) =>
  text.includes('earer') ? findAll('bearer_token', BEARER, text) : [];

export const detectBasic: Detector = (text) =>
  text.includes('Basic') ? findAll('basic_credentials', BASIC, text) : [];
