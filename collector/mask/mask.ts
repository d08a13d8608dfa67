/**
 * The one masking function: what the detectors find is replaced by a mark that says what stood there (`[EMAIL]`,
 * `[CARD]`, `[SECRET:openai_key]`). Masking what is masked already changes nothing. Takes time in proportion to the text.
 */
import { detectBasic, detectBearer } from './authorization.ts';
import { detectAwsKeys } from './aws.ts';
import { detectCards } from './card.ts';
import { detectConnections } from './connection.ts';
import type { Detector, Found } from './detector.ts';
import { detectEmail } from './email.ts';
import { detectNamed, isPlaceholder, kindOfName } from './named.ts';
import { detectPrivateKeys } from './private-key.ts';
import { tokenDetectors } from './token-shapes.ts';

/** The more special first: where two find the same place, the first names it. */
export const DETECTORS: readonly Detector[] = [
  detectPrivateKeys,
  ...tokenDetectors,
  detectAwsKeys,
  detectConnections,
  detectBasic,
  detectBearer,
  detectNamed,
  detectCards,
  detectEmail,
];

/** Kind of what was masked to the number of places. */
export type MaskCounts = Record<string, number>;

/** Shorter than anything there is to find. */
const MIN_LENGTH = 6;
const MIN_CARD = 1e12;
const PLAIN_MARKS: Record<string, string> = { email: '[EMAIL]', card: '[CARD]' };
const toMark = (kind: string): string => PLAIN_MARKS[kind] ?? `[SECRET:${kind}]`;

/** `text` with its secrets, card numbers and e-mail addresses replaced, and how many of each kind there were. */
export function mask(text: string): { text: string; counts: MaskCounts } {
  const counts: MaskCounts = {};
  return { text: maskInto(text, counts), counts };
}

/**
 * A copy of `value` with every string in it masked, names of members too; what stands under a name such as `password`
 * goes whole. A string that holds JSON (the arguments of a tool call) holds JSON afterwards as well.
 */
export function maskJson<T>(value: T): { value: T; counts: MaskCounts } {
  const counts: MaskCounts = {};
  return { value: copyMasked(value, counts) as T, counts };
}

function maskInto(text: string, counts: MaskCounts): string {
  if (text.length < MIN_LENGTH) return text;
  const places = settle(text);
  if (places.length === 0) return text;
  const parts: string[] = [];
  let from = 0;
  for (const { kind, start, end } of places) {
    parts.push(text.slice(from, start), toMark(kind));
    counts[kind] = (counts[kind] ?? 0) + 1;
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join('');
}

/** The places to replace, in order, none in another: overlapping ones become one, named by the more special. */
function settle(text: string): Found[] {
  const found = DETECTORS.flatMap((detect, rank) => [...detect(text)].map((place) => ({ ...place, rank })));
  found.sort((a, b) => a.start - b.start || a.rank - b.rank);
  const settled: typeof found = [];
  for (const place of found) {
    const last = settled.at(-1);
    if (!last || place.start >= last.end) settled.push(place);
    // What looks like an address in an address with a password is its end: the host may stay.
    else if (place.kind === 'email') continue;
    else {
      const { kind, rank } = place.rank < last.rank ? place : last;
      const end = last.kind === 'email' ? place.end : Math.max(last.end, place.end);
      settled[settled.length - 1] = { kind, rank, start: last.start, end };
    }
  }
  return settled;
}

type Job = { from: unknown; put(copy: unknown): void; name: string };

/** With a list of its own instead of recursion: how deep a value is nested is the sender's choice. */
function copyMasked(root: unknown, counts: MaskCounts): unknown {
  let result: unknown;
  const jobs: Job[] = [{ from: root, put: (copy) => (result = copy), name: '' }];
  for (let job = jobs.pop(); job; job = jobs.pop()) {
    const { from, put, name } = job;
    if (typeof from === 'string') put(maskString(from, name, counts));
    else if (typeof from === 'number') put(maskNumber(from, counts));
    else if (Array.isArray(from)) {
      const copy: unknown[] = Array.from({ length: from.length });
      put(copy);
      // Pushed from the last to the first, so that they are counted and put in the order they stand.
      for (let i = from.length - 1; i >= 0; i--) {
        jobs.push({ from: from[i], put: (item) => (copy[i] = item), name });
      }
    } else if (typeof from === 'object' && from !== null) {
      const copy: Record<string, unknown> = {};
      put(copy);
      for (const [key, member] of Object.entries(from).toReversed()) {
        jobs.push({ from: member, put: (item) => define(copy, maskInto(key, counts), item), name: key });
      }
    } else put(from);
  }
  return result;
}

/** An own member also where the name is `__proto__`, and one more where two names were masked alike. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  let free = name;
  for (let n = 2; Object.hasOwn(target, free); n++) free = `${name} ${n}`;
  Object.defineProperty(target, free, { value, enumerable: true, configurable: true, writable: true });
}

function maskString(text: string, name: string, counts: MaskCounts): string {
  const kind = name === '' || text.length < 4 ? undefined : kindOfName(name);
  if (kind && !isPlaceholder(text) && !text.startsWith('[SECRET:')) {
    counts[kind] = (counts[kind] ?? 0) + 1;
    return toMark(kind);
  }
  return maskInner(text, counts) ?? maskInto(text, counts);
}

/** `text` masked as the JSON that it is; undefined where it is none, or cannot be written as it was read. */
function maskInner(text: string, counts: MaskCounts): string | undefined {
  const inner = findJson(text);
  if (inner === undefined) return undefined;
  const own: MaskCounts = {};
  const copy = copyMasked(inner, own);
  // Nothing found: it stays as it was written, blanks and all.
  if (Object.keys(own).length === 0) return text;
  const written = tryJson(() => JSON.stringify(copy));
  if (written === undefined) return undefined;
  for (const [kind, count] of Object.entries(own)) counts[kind] = (counts[kind] ?? 0) + count;
  return written;
}

/** Whole numbers only: of others no card is made. */
function maskNumber(number: number, counts: MaskCounts): unknown {
  if (number < MIN_CARD || !Number.isSafeInteger(number)) return number;
  const text = String(number);
  const masked = maskInto(text, counts);
  return masked === text ? number : masked;
}

/** The object or list that `text` is as JSON. */
function findJson(text: string): object | undefined {
  if (!/^\s*[{[]/.test(text) || !/[}\]]\s*$/.test(text)) return undefined;
  const value = tryJson(() => JSON.parse(text) as unknown);
  return typeof value === 'object' && value !== null ? value : undefined;
}

/** Undefined also for what is nested too deep to be written. */
function tryJson<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
