/**
 * What finds one kind of thing in a text. Detectors are pure, look at each character a bounded number of times
 * whatever the text is, and would rather miss than take a word for a secret: what they find is replaced for good.
 */

/** A place in a text: from `start` up to, but not with, `end`. */
export type Found = { kind: string; start: number; end: number };

export type Detector = (text: string) => Iterable<Found>;

/** Every match of `pattern` (with flag g); where it has a group `secret`, which then ends it, only that. */
export function* findAll(kind: string, pattern: RegExp, text: string): Generator<Found> {
  for (const match of text.matchAll(pattern)) {
    const secret = match.groups?.['secret'] ?? match[0];
    const end = match.index + match[0].length;
    yield { kind, start: end - secret.length, end };
  }
}
