/** Private keys in PEM (RFC 7468; OpenSSH and PGP write them alike), also one that was cut off before its end. */
import type { Detector } from './detector.ts';

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** What is there of a cut-off one: lines of base64, their ends as they are or as JSON writes them. */
const REST = /(?:(?:\\[rn]|\s){0,4}[A-Za-z0-9+/=]{16,})*/y;

export const detectPrivateKeys: Detector = function* (text) {
  if (!text.includes('PRIVATE KEY')) return;
  const ends = [...text.matchAll(END)].map(({ 0: line, index }) => index + line.length);
  let from = 0;
  let next = 0;
  for (const { 0: line, index } of text.matchAll(BEGIN)) {
    if (index < from) continue;
    while ((ends[next] ?? Infinity) < index) next++;
    const end = ends[next] ?? restEnd(text, index + line.length);
    yield { kind: 'private_key', start: index, end };
    from = end;
  }
};

function restEnd(text: string, from: number): number {
  REST.lastIndex = from;
  return from + (REST.exec(text)?.[0].length ?? 0);
}
